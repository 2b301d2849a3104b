-- give: lay down the registrar's receipt, for a worker to check
-- KEYS receipts
-- ARGV conversation receipt
-- RETURNS 1
-- USES lasting
local receipts = KEYS[1]
local conversation, receipt = ARGV[1], ARGV[2]
redis.call("HSET", receipts, conversation, receipt)
lasting(receipts)
return 1
