-- begin: a staff session begins
-- KEYS session
-- ARGV desk now
-- RETURNS 1
-- USES lasting
local session = KEYS[1]
local desk, now = ARGV[1], ARGV[2]

redis.call("HSET", session, "desk", desk, "since", now, "seen", now)
lasting(session)
return 1
