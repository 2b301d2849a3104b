-- learn: note that somebody was answered, after how long and from which place; nothing says who. Older notes go
-- KEYS recent
-- ARGV at note before
-- RETURNS 1
local recent = KEYS[1]
local at, note, before = tonumber(ARGV[1]), ARGV[2], ARGV[3]
redis.call("ZADD", recent, at, note)
redis.call("ZREMRANGEBYSCORE", recent, "-inf", before)
redis.call("EXPIRE", recent, 10800)
return 1
