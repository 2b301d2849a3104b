-- release: a talk is written up (or was never opened): it leaves the books, and its desk may be ready again
-- KEYS line present tickets waits where absent offers ready desks claims
-- ARGV desk conversation now
-- RETURNS 1, or 0 when it is not hers
-- USES lasting books desk
local desk, conversation, now = ARGV[1], ARGV[2], tonumber(ARGV[3])
local hers = desk_of(desk)
if not hers.talks[conversation] then
  return 0
end
strike(conversation)
hers.talks[conversation], hers.since = nil, now
settle(desk, hers)
lasting(unpack(KEYS))
return 1
