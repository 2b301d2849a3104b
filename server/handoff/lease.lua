-- lease: take the hand-off that is due first, and let nobody else have it until `again_at`
-- KEYS due
-- ARGV now again_at
-- RETURNS the conversation, or nothing
-- USES lasting
local due = KEYS[1]
local now, again_at = ARGV[1], ARGV[2]
local first = redis.call("ZRANGEBYSCORE", due, "-inf", now, "LIMIT", 0, 1)[1]
if not first then
  return false
end
redis.call("ZADD", due, "XX", again_at, first)
lasting(due)
return first
