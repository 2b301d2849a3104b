-- postpone: a hand-off that did not succeed is due again at `again_at`
-- KEYS due
-- ARGV conversation again_at
-- RETURNS 1 when it is still to be handed off, 0 when it is not
-- USES lasting
local due = KEYS[1]
local conversation, again_at = ARGV[1], ARGV[2]
redis.call("ZADD", due, "XX", again_at, conversation)
lasting(due)
return redis.call("ZSCORE", due, conversation) and 1 or 0
