-- give_back: an offer was declined or came too late: the child to its old place, the desk not free any more
-- KEYS line present tickets waits where absent offers ready desks claims
-- ARGV desk conversation
-- RETURNS 1 when it stands in the line (also when it was there already), 0 when it is somewhere else
-- USES lasting books desk
local desk, conversation = ARGV[1], ARGV[2]
local at = redis.call("HGET", where, conversation)
if at == "line" then
  return 1
elseif at ~= "offer:" .. desk then
  return 0
end
local hers = desk_of(desk)
hers.free = false
settle(desk, hers)
lasting(unpack(KEYS))
return 1
