-- put: let an order of the shift lead stand for every worker, unless a later one does
-- KEYS order
-- ARGV at text seconds
-- RETURNS the order that stands (JSON)
local order = KEYS[1]
local at, text, seconds = ARGV[1], ARGV[2], ARGV[3]

local before = redis.call("GET", order)
local reads, there = pcall(cjson.decode, before or "")
if reads and type(there) == "table" and (tonumber(there.at) or 0) > tonumber(at) then
  return before
end
redis.call("SET", order, text)
redis.call("EXPIRE", order, seconds)
return text
