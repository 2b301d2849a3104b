-- wrapping: a talk has ended and is to be written up; until then its desk gets nobody, and an offer to it goes back
-- KEYS line present tickets waits where absent offers ready desks claims
-- ARGV desk conversation
-- RETURNS 1, or 0 when it is not hers
-- USES lasting books desk
local desk, conversation = ARGV[1], ARGV[2]
local hers = desk_of(desk)
if not hers.talks[conversation] then
  return 0
end
hers.talks[conversation] = "wrapping"
redis.call("ZREM", claims, conversation)
settle(desk, hers)
lasting(unpack(KEYS))
return 1
