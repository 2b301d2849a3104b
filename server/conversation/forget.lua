-- forget: erase one who arrived and never joined; whoever joined meanwhile is kept
-- KEYS talk log ids wraps
-- ARGV
-- RETURNS 1 when nothing of it is there, 0 when it has joined
local talk, log, ids, wraps = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local state = redis.call("HGET", talk, "state")
if state and state ~= "arrived" then
  return 0
end
redis.call("UNLINK", talk, log, ids, wraps)
return 1
