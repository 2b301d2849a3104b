-- wrap: keep the conversation key, wrapped for the counsellor of the moment
-- KEYS talk wraps
-- ARGV key_id key
-- RETURNS the worker of the counsellor, or an empty list when another key is asked for by now
-- USES lasting
local talk, wraps = KEYS[1], KEYS[2]
local key_id, key = ARGV[1], ARGV[2]
if redis.call("HGET", talk, "key_id") ~= key_id then
  return {}
end
redis.call("HSET", wraps, key_id, key)
lasting(talk, wraps)
return { redis.call("HGET", talk, "at:counsellor") or "" }
