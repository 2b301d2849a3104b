-- speak: one who waits or is held has changed its language
-- KEYS line present tickets waits where absent offers ready desks claims
-- ARGV conversation language
-- RETURNS 1, or 0 when it is not in the books
-- USES lasting books
local conversation, language = ARGV[1], ARGV[2]
local wait = known(conversation)
if not wait then
  return 0
end
wait.language = language
redis.call("HSET", waits, conversation, cjson.encode(wait))
lasting(unpack(KEYS))
return 1
