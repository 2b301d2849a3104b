-- away: a counsellor takes no more children; one that rings at her desk goes back to its old place, talks go on
-- KEYS line present tickets waits where absent offers ready desks claims
-- ARGV desk
-- RETURNS 1
-- USES lasting books desk
local desk = ARGV[1]
local hers = desk_of(desk)
hers.free = false
settle(desk, hers)
lasting(unpack(KEYS))
return 1
