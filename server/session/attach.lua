-- attach: this tab, at this worker, speaks for this side from now on
-- KEYS talk
-- ARGV role tab worker
-- RETURNS the tab and the worker that spoke for it before (empty: nobody); an empty list when the talk is gone
-- USES lasting
local talk = KEYS[1]
local role, tab, worker = ARGV[1], ARGV[2], ARGV[3]
if redis.call("EXISTS", talk) == 0 then
  return {}
end
local before = redis.call("HMGET", talk, "tab:" .. role, "at:" .. role)
redis.call("HSET", talk, "tab:" .. role, tab, "at:" .. role, worker)
redis.call("HDEL", talk, "gone:" .. role)
lasting(talk)
return { before[1] or "", before[2] or "" }
