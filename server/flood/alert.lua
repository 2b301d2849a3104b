-- alert: say until when the service is under attack; the later of two instants counts
-- KEYS attack
-- ARGV ends seconds
-- RETURNS until when (ms)
local attack = KEYS[1]
local ends, seconds = ARGV[1], ARGV[2]

local before = redis.call("GET", attack)
if before and tonumber(before) >= tonumber(ends) then
  return tonumber(before)
end
redis.call("SET", attack, ends)
redis.call("EXPIRE", attack, seconds)
return tonumber(ends)
