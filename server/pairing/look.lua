-- look: one desk, whole
-- KEYS line present tickets waits where absent offers ready desks claims
-- ARGV desk
-- RETURNS the desk (JSON); and when a child rings there: until when, and its wait; or an empty list for an unknown desk
-- USES books
-- READS
local desk = ARGV[1]
local text = redis.call("HGET", desks, desk)
if not text then
  return {}
end
local offer = cjson.decode(text).offer
if not offer then
  return { text }
end
return { text, redis.call("ZSCORE", offers, offer), redis.call("HGET", waits, offer) }
