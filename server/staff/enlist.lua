-- enlist: a session stands in its desk's list; those that are too old to stand do not
-- KEYS sessions
-- ARGV session now oldest
-- RETURNS 1
-- USES lasting
local sessions = KEYS[1]
local session, now, oldest = ARGV[1], ARGV[2], ARGV[3]

redis.call("ZREMRANGEBYSCORE", sessions, "-inf", oldest)
redis.call("ZADD", sessions, now, session)
lasting(sessions)
return 1
