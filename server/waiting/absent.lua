-- absent: the browser of one who waits is away (1), or is back (0); away it keeps its place and is not offered
-- KEYS line present tickets waits where absent offers ready desks claims
-- ARGV conversation away
-- RETURNS 1, or 0 when it does not wait
-- USES lasting books
local conversation, away = ARGV[1], ARGV[2]
local at = redis.call("HGET", where, conversation)
if not at or string.find(at, "held:", 1, true) == 1 then
  return 0
end
redis.call(away == "1" and "SADD" or "SREM", absent, conversation)
if at == "line" then
  stand(conversation, known(conversation))
end
lasting(unpack(KEYS))
return 1
