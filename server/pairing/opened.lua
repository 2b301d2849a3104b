-- opened: a talk that was claimed has been opened
-- KEYS line present tickets waits where absent offers ready desks claims
-- ARGV desk conversation
-- RETURNS 1, or 0 when it is not hers
-- USES lasting books desk
local desk, conversation = ARGV[1], ARGV[2]
local hers = desk_of(desk)
if not hers.talks[conversation] then
  return 0
end
if hers.talks[conversation] == "claimed" then
  hers.talks[conversation] = "talking"
end
redis.call("ZREM", claims, conversation)
settle(desk, hers)
lasting(unpack(KEYS))
return 1
