-- answer: what came of the question whether a colleague may go on with a talk; it is asked no more
-- KEYS talk
-- ARGV said
-- RETURNS the desk that was asked for and the desk that asked, or an empty list when nothing was asked
-- USES lasting
local talk = KEYS[1]
local said = ARGV[1]
local found = redis.call("HMGET", talk, "state", "over", "desk")
if found[1] ~= "talking" or not found[2] or found[2] == "" then
  return {}
end
redis.call("HSET", talk, "over", "", "over_alias", "", "over_said", said)
lasting(talk)
return { found[2], found[3] }
