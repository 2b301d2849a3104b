-- offer: let the first of the line who is present ring at the desk that has been ready longest
-- KEYS line present tickets waits where absent offers ready desks claims
-- ARGV deadline once
-- RETURNS conversation, desk, wait; or an empty list when nobody waits or nobody is ready
-- USES lasting books desk
-- `once` names the call: said again after a lost reply, it gives the same answer.
local deadline, once = tonumber(ARGV[1]), ARGV[2]
for _, conversation in ipairs(redis.call("ZRANGEBYSCORE", offers, deadline, deadline)) do
  local desk = string.sub(redis.call("HGET", where, conversation), #"offer:" + 1)
  if desk_of(desk).once == once then
    return { conversation, desk, redis.call("HGET", waits, conversation) }
  end
end
local conversation = redis.call("ZRANGE", present, 0, 0)[1]
local desk = redis.call("ZRANGE", ready, 0, 0)[1]
if not conversation or not desk then
  return {}
end
redis.call("ZREM", present, conversation)
redis.call("HSET", where, conversation, "offer:" .. desk)
redis.call("ZADD", offers, deadline, conversation)
local hers = desk_of(desk)
hers.offer, hers.once = conversation, once
settle(desk, hers)
lasting(unpack(KEYS))
return { conversation, desk, redis.call("HGET", waits, conversation) }
