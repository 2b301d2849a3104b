-- try_once: count one more try to sign in to an account in this minute (a repeat counts again: the stricter side)
-- KEYS tries
-- ARGV seconds
-- RETURNS the number of tries in this minute
local tries = KEYS[1]
local seconds = ARGV[1]

local count = redis.call("INCR", tries)
if count == 1 then
  redis.call("EXPIRE", tries, seconds)
end
return count
