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
  local offer = cjson.decode(text).offer
  if not offer then
    return { text }
  end
  return { text, redis.call("ZSCORE", offers, offer), redis.call("HGET", waits, offer) }
end

local found = {}
for at, desk in ipairs(ARGV) do
  found[at] = look(desk)
end
return found
