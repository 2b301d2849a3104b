-- strike: take a talk that is gone out of the lists
-- KEYS due sealed receipts
-- ARGV conversation
-- RETURNS 1 when it was sealed and no receipt was there: it was lost; 0 otherwise
local due, sealed, receipts = KEYS[1], KEYS[2], KEYS[3]
local conversation = ARGV[1]
redis.call("ZREM", due, conversation)
local was_sealed = redis.call("ZREM", sealed, conversation)
local confirmed = redis.call("HDEL", receipts, conversation)
return (was_sealed == 1 and confirmed == 0) and 1 or 0
