-- refuse: take away a receipt that did not verify, unless a newer one has come
-- KEYS receipts
-- ARGV conversation receipt
-- RETURNS 1 when it was taken away
local receipts = KEYS[1]
local conversation, receipt = ARGV[1], ARGV[2]
if redis.call("HGET", receipts, conversation) ~= receipt then
  return 0
end
return redis.call("HDEL", receipts, conversation)
