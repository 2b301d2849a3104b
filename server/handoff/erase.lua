-- erase: destroy every key of a talk whose receipt was verified
-- KEYS talk log ids wraps
-- ARGV epoch
-- RETURNS 1 when it is gone, 0 when it is not sealed or is not the one that was confirmed
-- A talk without a state was erased before; what a late write made of it goes too.
local talk, log, ids, wraps = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local epoch = ARGV[1]
local state, mine = unpack(redis.call("HMGET", talk, "state", "epoch"))
if state and (state ~= "sealed" or mine ~= epoch) then
  return 0
end
redis.call("UNLINK", talk, log, ids, wraps)
return 1
