-- hand_over: give a talk of one desk to another; again: nothing more
-- KEYS talk
-- ARGV from desk alias key_id key worker
-- RETURNS 1 when it is the other desk's now (also when it was already), 0 when it is not open at the first one
-- USES lasting
local talk = KEYS[1]
local from, desk, alias, key_id, key, worker = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local found = redis.call("HMGET", talk, "state", "desk")
if found[1] ~= "talking" and found[1] ~= "wrapping_up" then
  return 0
elseif found[2] == desk then
  return 1
elseif found[2] ~= from then
  return 0
end
redis.call("HSET", talk, "desk", desk, "alias", alias, "key_id", key_id, "key", key, "at:counsellor", worker)
redis.call("HDEL", talk, "gone:counsellor", "over", "over_alias", "over_said", "second", "signed")
lasting(talk)
return 1
