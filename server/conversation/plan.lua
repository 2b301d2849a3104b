-- plan: the counsellor says until when they have; nothing ends by itself then
-- KEYS talk
-- ARGV desk at
-- RETURNS 1, or 0 when this talk does not run at her desk
-- USES lasting
local talk = KEYS[1]
local desk, at = ARGV[1], ARGV[2]
local found = redis.call("HMGET", talk, "state", "desk")
if found[1] ~= "talking" or found[2] ~= desk then
  return 0
end
redis.call("HSET", talk, "planned", at)
lasting(talk)
return 1
