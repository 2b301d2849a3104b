-- use_once: use a one-time code; the same attempt, repeated because its answer was lost, succeeds again
-- KEYS used
-- ARGV attempt seconds
-- RETURNS 1, or 0 when another attempt has used it
local used = KEYS[1]
local attempt, seconds = ARGV[1], ARGV[2]

local by = redis.call("GET", used)
if by then
  return by == attempt and 1 or 0
end
redis.call("SET", used, attempt)
redis.call("EXPIRE", used, seconds)
return 1
