-- keep: keep the conversation key as wrapped for a reader, while nobody has been found yet
-- KEYS talk wraps
-- ARGV reader key
-- RETURNS 1, or 0 when the talk has begun, is over or is gone: then nothing of it is written any more
-- USES lasting
local talk, wraps = KEYS[1], KEYS[2]
local reader, key = ARGV[1], ARGV[2]
local state = redis.call("HGET", talk, "state")
if state ~= "arrived" and state ~= "waiting" then
  return 0
end
redis.call("HSET", wraps, reader, key)
lasting(talk, wraps)
return 1
