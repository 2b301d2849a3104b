-- range: the entries of a talk after one, in order
-- KEYS log
-- ARGV after most
-- RETURNS per entry: its id, then its fields and their values
-- It writes nothing, and is not marked as a reading one: what a screen shows must not be undone, so a replica must have it too.
local log = KEYS[1]
local after, most = ARGV[1], ARGV[2]
return redis.call("XRANGE", log, "(" .. after .. "-0", "+", "COUNT", most)
