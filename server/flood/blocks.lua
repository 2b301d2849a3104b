-- blocks: tell the blocks that stand, and forget those that are over
-- KEYS blocks
-- ARGV now seconds
-- RETURNS block, what is known of it (JSON), and so on
local blocks = KEYS[1]
local now, seconds = ARGV[1], ARGV[2]

local found = redis.call("HGETALL", blocks)
local standing = {}
for at = 1, #found, 2 do
  if cjson.decode(found[at + 1])["until"] > tonumber(now) then
    standing[#standing + 1] = found[at]
    standing[#standing + 1] = found[at + 1]
  else
    redis.call("HDEL", blocks, found[at])
  end
end
redis.call("EXPIRE", blocks, seconds)
return standing
