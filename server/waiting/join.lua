-- join: put a conversation in the line, once; its ticket is kept for life
-- KEYS line present tickets waits where absent offers ready desks claims
-- ARGV conversation wait cap
-- RETURNS the place (1 is next, or already offered or held), or 0 when the line is full
-- USES lasting books
local conversation, wait, cap = ARGV[1], ARGV[2], tonumber(ARGV[3])
local at = redis.call("HGET", where, conversation)
if at and at ~= "line" then
  return 1
end
if not at then
  if redis.call("ZCARD", line) >= cap then
    return 0
  end
  local new = cjson.decode(wait)
  new.ticket = redis.call("INCR", tickets)
  stand(conversation, new)
  lasting(unpack(KEYS))
end
return redis.call("ZRANK", line, conversation) + 1
