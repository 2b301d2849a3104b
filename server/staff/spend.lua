-- spend: use once what a browser has begun; the same attempt, repeated because its answer was lost, succeeds again
-- KEYS begun
-- ARGV attempt
-- RETURNS what was begun, or "" when it is unknown, too old or used
local begun = KEYS[1]
local attempt = ARGV[1]

local held = redis.call("GET", begun)
if not held then
  return ""
end
local by, what = held:match("^([^:]*):(.*)$")
if by ~= "" and by ~= attempt then
  return ""
end
redis.call("SET", begun, attempt .. ":" .. what, "KEEPTTL")
return what
