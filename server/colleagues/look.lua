-- look: who is signed in, who was asked in where, who calls: the three books at one instant
-- KEYS colleagues beside calls
-- ARGV
-- RETURNS the lines of each book, as field and value by turns
-- READS
local colleagues, beside, calls = KEYS[1], KEYS[2], KEYS[3]
return { redis.call("HGETALL", colleagues), redis.call("HGETALL", beside), redis.call("HGETALL", calls) }
