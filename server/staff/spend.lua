-- spend: use once what was kept for somebody; the same attempt, repeated because its answer was lost, succeeds again
-- KEYS kept
-- ARGV attempt
-- RETURNS what was kept, or "" when it is unknown, too old or used
local kept = KEYS[1]
local attempt = ARGV[1]

local held = redis.call("GET", kept)
if not held then
  return ""
end
local by, what = held:match("^([^:]*):(.*)$")
if by ~= "" and by ~= attempt then
  return ""
end
redis.call("SET", kept, attempt .. ":" .. what, "KEEPTTL")
return what
