-- keep: a session was used; one that is gone stays gone
-- KEYS session
-- ARGV now
-- RETURNS 1, or 0 when there is no such session
-- USES lasting
local session = KEYS[1]
local now = ARGV[1]

if redis.call("EXISTS", session) == 0 then
  return 0
end
redis.call("HSET", session, "seen", now)
lasting(session)
return 1
