-- start: write down that somebody is here, unnamed; again with the same token: nothing more
-- KEYS talk
-- ARGV epoch token now
-- RETURNS 1, or 0 when this conversation is somebody else's
-- USES lasting
local talk = KEYS[1]
local epoch, token, now = ARGV[1], ARGV[2], ARGV[3]
local owner = redis.call("HGET", talk, "token")
if owner then
  return owner == token and 1 or 0
end
redis.call("HSET", talk, "state", "arrived", "epoch", epoch, "token", token, "created", now, "seq", 0)
lasting(talk)
return 1
