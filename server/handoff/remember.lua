-- remember: keep a sealed talk in both lists, until it is confirmed
-- KEYS due sealed
-- ARGV conversation sealed_at
-- RETURNS 1 when one list had lost it, 0 when nothing was to be done
-- USES lasting
-- A talk that is in neither list was confirmed and erased a moment ago: it stays out.
local due, sealed = KEYS[1], KEYS[2]
local conversation, sealed_at = ARGV[1], ARGV[2]
if not redis.call("ZSCORE", due, conversation) and not redis.call("ZSCORE", sealed, conversation) then
  return 0
end
local missing = redis.call("ZADD", due, "NX", sealed_at, conversation)
missing = missing + redis.call("ZADD", sealed, "NX", sealed_at, conversation)
lasting(due, sealed)
return missing
