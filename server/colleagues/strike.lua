-- strike: take one line out of a book
-- KEYS book
-- ARGV field
-- RETURNS 1
local book = KEYS[1]
local field = ARGV[1]
redis.call("HDEL", book, field)
return 1
