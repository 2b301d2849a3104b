-- sign: a second person signs what is written up of a talk
-- KEYS talk
-- ARGV holder second what
-- RETURNS 1, or 0 when this talk is not open at that desk
-- USES lasting
local talk = KEYS[1]
local holder, second, what = ARGV[1], ARGV[2], ARGV[3]
local found = redis.call("HMGET", talk, "state", "desk")
if (found[1] ~= "talking" and found[1] ~= "wrapping_up") or found[2] ~= holder then
  return 0
end
redis.call("HSET", talk, "second", second, "signed", what)
lasting(talk)
return 1
