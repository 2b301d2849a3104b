-- lose: a counsellor is gone for good in the middle of a talk: the child to the front, with its old ticket
-- KEYS line present tickets waits where absent offers ready desks claims
-- ARGV desk conversation
-- RETURNS 1 when it stands in the line (also when it was lost already), 0 when it is not a running talk of hers
-- USES lasting books desk
-- Her desk is not free any more, else the child would ring where nobody is.
local desk, conversation = ARGV[1], ARGV[2]
local at, wait = redis.call("HGET", where, conversation), known(conversation)
if at == "line" and wait.lost then
  return 1
end
local hers = desk_of(desk)
local state = hers.talks[conversation]
if state ~= "claimed" and state ~= "talking" then
  return 0
end
hers.talks[conversation], hers.free = nil, false
redis.call("ZREM", claims, conversation)
wait.lost = true
stand(conversation, wait)
settle(desk, hers)
lasting(unpack(KEYS))
return 1
