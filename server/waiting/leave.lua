-- leave: take a conversation out of the line, or out of an offer: that desk is ready again
-- KEYS line present tickets waits where absent offers ready desks claims
-- ARGV conversation
-- RETURNS where it was: empty, line, offer:<desk>, or held:<desk> (then nothing is touched)
-- USES lasting books desk
local conversation = ARGV[1]
local at = redis.call("HGET", where, conversation) or ""
if at == "" or string.find(at, "held:", 1, true) == 1 then
  return at
end
strike(conversation)
if at ~= "line" then
  local desk = string.sub(at, #"offer:" + 1)
  local hers = desk_of(desk)
  hers.offer = nil
  settle(desk, hers)
end
lasting(unpack(KEYS))
return at
