-- announce: write down that a talk is about to be handed off, before its own books say so
-- KEYS due
-- ARGV conversation now
-- RETURNS 1 when it is new there, 0 when it was there
-- USES lasting
local due = KEYS[1]
local conversation, now = ARGV[1], ARGV[2]
local added = redis.call("ZADD", due, "NX", now, conversation)
lasting(due)
return added
