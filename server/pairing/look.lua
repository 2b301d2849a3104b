-- look: desks, whole
-- KEYS line present tickets waits where absent offers ready desks claims
-- ARGV ...
-- RETURNS per desk: it (JSON); and when a child rings there: until when, and its wait; or an empty list for an unknown desk
-- USES books
-- READS
-- ARGV are desks.
local function look(desk)
  local text = redis.call("HGET", desks, desk)
  if not text then
    return {}
  end
  if not string.find(text, '"offer":', 1, true) then
    return { text }  -- most desks, each second: it is not taken apart
  end
  local offer = cjson.decode(text).offer
  return { text, redis.call("ZSCORE", offers, offer), redis.call("HGET", waits, offer) }
end

local found = {}
for at, desk in ipairs(ARGV) do
  found[at] = look(desk)
end
return found
