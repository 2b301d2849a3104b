-- places: where in the line each of these stands, counting all who are before it, offered and absent ones too
-- KEYS line present tickets waits where absent offers ready desks claims
-- ARGV ...
-- RETURNS per conversation: its place, 1 when it is offered, 0 when it does not wait
-- USES books
-- READS
local places = {}
for number, conversation in ipairs(ARGV) do
  local rank = redis.call("ZRANK", line, conversation)
  local offered = rank and redis.call("HGET", where, conversation) ~= "line"
  places[number] = offered and 1 or rank and rank + 1 or 0
end
return places
