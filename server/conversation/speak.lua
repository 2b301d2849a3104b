-- speak: the child changed its language, or says that it is dangerous now, while its part is not over
-- KEYS talk
-- ARGV field value
-- RETURNS 1, or 0 when its part is over
-- USES lasting
local talk = KEYS[1]
local field, value = ARGV[1], ARGV[2]
local state = redis.call("HGET", talk, "state")
if state ~= "arrived" and state ~= "waiting" and state ~= "talking" then
  return 0
end
redis.call("HSET", talk, field, value)
lasting(talk)
return 1
