-- absent: browsers of those who wait are away (1), or are back (0); away one keeps its place and is not offered
-- KEYS line present tickets waits where absent offers ready desks claims
-- ARGV away ...
-- RETURNS how many of them wait
-- USES lasting books
-- ARGV goes on with their conversations.
local away = ARGV[1]
local count = 0
for one = 2, #ARGV do
  local conversation = ARGV[one]
  local at = redis.call("HGET", where, conversation)
  if at and string.find(at, "held:", 1, true) ~= 1 then
    redis.call(away == "1" and "SADD" or "SREM", absent, conversation)
    if at == "line" then
      stand(conversation, known(conversation))
    end
    count = count + 1
  end
end
if count > 0 then
  lasting(unpack(KEYS))
end
return count
