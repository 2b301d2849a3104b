-- open: give a waiting talk its counsellor; again for the same desk: name her key anew
-- KEYS talk
-- ARGV desk alias key_id key worker now
-- RETURNS 1 when the talk is hers, 0 when it is not waiting and not hers
-- USES lasting
local talk = KEYS[1]
local desk, alias, key_id, key, worker, now = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local state = redis.call("HGET", talk, "state")
local held = (state == "talking" or state == "wrapping_up") and redis.call("HGET", talk, "desk") == desk
if state ~= "waiting" and not held then
  return 0
end
if state == "waiting" then
  redis.call("HSET", talk, "state", "talking", "moved", now)
  redis.call("HSETNX", talk, "paired", now)
end
redis.call("HSET", talk, "desk", desk, "alias", alias, "key_id", key_id, "key", key, "at:counsellor", worker)
redis.call("HDEL", talk, "gone:counsellor")
lasting(talk)
return 1
