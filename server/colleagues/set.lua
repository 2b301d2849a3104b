-- set: write one line of a book
-- KEYS book
-- ARGV field value
-- RETURNS 1
-- USES lasting
local book = KEYS[1]
local field, value = ARGV[1], ARGV[2]
redis.call("HSET", book, field, value)
lasting(book)
return 1
