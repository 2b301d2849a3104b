-- free: a counsellor is free, with room for so many talks; again: nothing but the room changes
-- KEYS line present tickets waits where absent offers ready desks claims
-- ARGV desk room now
-- RETURNS 1
-- USES lasting books desk
local desk, room, now = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local hers = desk_of(desk)
hers.since = hers.free and hers.since or now
hers.free, hers.room = true, room
settle(desk, hers)
lasting(unpack(KEYS))
return 1
