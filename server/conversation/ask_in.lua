-- ask_in: keep the conversation key as the counsellor has wrapped it for a colleague
-- KEYS talk wraps
-- ARGV desk key_id key
-- RETURNS 1, or 0 when this talk is not open at her desk
-- USES lasting
local talk, wraps = KEYS[1], KEYS[2]
local desk, key_id, key = ARGV[1], ARGV[2], ARGV[3]
local found = redis.call("HMGET", talk, "state", "desk")
if (found[1] ~= "talking" and found[1] ~= "wrapping_up") or found[2] ~= desk then
  return 0
end
redis.call("HSET", wraps, key_id, key)
lasting(talk, wraps)
return 1
