-- lift: a block is over now
-- KEYS blocks
-- ARGV block
-- RETURNS 1, or 0 when it was over already
local blocks = KEYS[1]
local block = ARGV[1]
return redis.call("HDEL", blocks, block)
