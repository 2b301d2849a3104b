-- claim: a counsellor takes a child, and nobody else can
-- KEYS line present tickets waits where absent offers ready desks claims
-- ARGV desk asked now
-- RETURNS why not (empty: taken by her), conversation, wait
-- USES lasting books desk
-- `asked` empty: the one she has claimed and not opened yet (a reply was lost), else her offer, else the first present.
local desk, asked, now = ARGV[1], ARGV[2], tonumber(ARGV[3])
local hers = desk_of(desk)

local function next_one()
  local unopened
  for conversation, state in pairs(hers.talks) do
    if state == "claimed" and (not unopened or conversation < unopened) then
      unopened = conversation
    end
  end
  return unopened or hers.offer or redis.call("ZRANGE", present, 0, 0)[1]
end

local conversation = asked ~= "" and asked or next_one()
local at = conversation and redis.call("HGET", where, conversation)
if at == "held:" .. desk then
  return { "", conversation, redis.call("HGET", waits, conversation) }
elseif asked ~= "" and at ~= "line" and at ~= "offer:" .. desk then
  return { "taken" }
elseif not has_room(hers) then
  return { "at_capacity" }
elseif not conversation then
  return { "nobody" }
end
step_out(conversation)
redis.call("HSET", where, conversation, "held:" .. desk)
redis.call("ZADD", claims, now, conversation)
if hers.offer == conversation then
  hers.offer = nil
end
hers.talks[conversation], hers.since = "claimed", now
settle(desk, hers)
lasting(unpack(KEYS))
return { "", conversation, redis.call("HGET", waits, conversation) }
