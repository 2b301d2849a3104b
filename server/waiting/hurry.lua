-- hurry: it is dangerous now, so one who waits goes to the band of danger with its old ticket
-- KEYS line present tickets waits where absent offers ready desks claims
-- ARGV conversation
-- RETURNS 1, or 0 when it does not wait
-- USES lasting books
local conversation = ARGV[1]
local at = redis.call("HGET", where, conversation)
if not at or string.find(at, "held:", 1, true) == 1 then
  return 0
end
local wait = known(conversation)
wait.danger = true
if at == "line" then
  stand(conversation, wait)
else
  rank(conversation, wait)
end
lasting(unpack(KEYS))
return 1
