-- attach: this tab, at this worker, speaks for this side from now on
-- KEYS talk
-- ARGV role tab worker came
-- RETURNS the tab and the worker that spoke for it before (empty: nobody); an empty list when the talk is gone, or a tab that came later has spoken
-- USES lasting is_late
local talk = KEYS[1]
local role, tab, worker, came = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
if redis.call("EXISTS", talk) == 0 or is_late(redis.call("HGET", talk, "came:" .. role), came) then
  return {}
end
local before = redis.call("HMGET", talk, "tab:" .. role, "at:" .. role)
redis.call("HSET", talk, "tab:" .. role, tab, "at:" .. role, worker, "came:" .. role, came)
redis.call("HDEL", talk, "gone:" .. role)
lasting(talk)
return { before[1] or "", before[2] or "" }
