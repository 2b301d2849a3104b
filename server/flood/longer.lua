-- longer: a block is asked to last longer, and somebody else agrees or says no: two persons, never one account
-- KEYS blocks
-- ARGV block desk what now longest seconds
-- RETURNS "asked", "agreed", "no", "same" (she has asked herself), "none" (nobody has asked) or "gone"
-- `what` is ask, agree or no; a block that was agreed on lasts for `longest` (ms) after it began, and no longer for being said twice.
local blocks = KEYS[1]
local block, desk, what, now, longest, seconds = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]

local text = redis.call("HGET", blocks, block)
local known = text and cjson.decode(text)
if not known or known["until"] <= tonumber(now) then
  return "gone"
elseif known.second ~= "" then
  return (what == "agree" and known.second == desk) and "agreed" or "none"
elseif what == "ask" then
  known.asked = known.asked == "" and desk or known.asked
elseif known.asked == "" then
  return "none"
elseif what == "no" then
  known.asked = ""
elseif known.asked == desk then
  return "same"
else
  known.second = desk
  known["until"] = known.at + tonumber(longest)
end
redis.call("HSET", blocks, block, cjson.encode(known))
redis.call("EXPIRE", blocks, seconds)
return what == "ask" and "asked" or what == "agree" and "agreed" or "no"
