-- renew: a talk that is over and not confirmed lives one more day
-- KEYS talk log ids wraps
-- ARGV
-- RETURNS 1 when the talk is there, 0 when it is gone
-- USES lasting
local talk, log, ids, wraps = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
lasting(talk, log, ids, wraps)
return redis.call("HEXISTS", talk, "state")
