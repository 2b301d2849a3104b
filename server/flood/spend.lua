-- spend: use the solution of a puzzle; the same attempt, repeated because its answer was lost, succeeds again
-- KEYS spent
-- ARGV attempt seconds
-- RETURNS 1, or 0 when another attempt has used it
local spent = KEYS[1]
local attempt, seconds = ARGV[1], ARGV[2]

local by = redis.call("GET", spent)
if by then
  return by == attempt and 1 or 0
end
redis.call("SET", spent, attempt)
redis.call("EXPIRE", spent, seconds)
return 1
