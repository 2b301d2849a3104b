-- propose: the child is asked whether a colleague may go on with its talk; an empty one takes the question back
-- KEYS talk
-- ARGV desk to alias
-- RETURNS 1, or 0 when this talk does not run at her desk
-- USES lasting
local talk = KEYS[1]
local desk, to, alias = ARGV[1], ARGV[2], ARGV[3]
local found = redis.call("HMGET", talk, "state", "desk")
if found[1] ~= "talking" or found[2] ~= desk then
  return 0
end
redis.call("HSET", talk, "over", to, "over_alias", alias, "over_said", "")
lasting(talk)
return 1
