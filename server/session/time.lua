-- time: what time it is in the store, where the line is kept
-- KEYS pulse
-- ARGV
-- RETURNS whole seconds since 1970, and the microseconds beyond
-- READS
local pulse = KEYS[1]
return redis.call("TIME")
