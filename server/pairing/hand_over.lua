-- hand_over: a running talk goes from one desk to another that has room; there it is claimed until it is opened
-- KEYS line present tickets waits where absent offers ready desks claims
-- ARGV from desk conversation now
-- RETURNS 1 when it is at the other desk (also when it was already), 0 when it does not run at the first one, -1 when there is no room
-- USES lasting books desk
local from, desk, conversation, now = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
if redis.call("HGET", where, conversation) == "held:" .. desk then
  return 1
end
local giver, taker = desk_of(from), desk_of(desk)
if giver.talks[conversation] ~= "talking" then
  return 0
elseif not has_room(taker) then
  return -1
end
giver.talks[conversation], giver.since = nil, now
taker.talks[conversation], taker.since = "claimed", now
redis.call("HSET", where, conversation, "held:" .. desk)
redis.call("ZADD", claims, now, conversation)
settle(from, giver)
settle(desk, taker)
lasting(unpack(KEYS))
return 1
