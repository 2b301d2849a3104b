-- summary: the line as the counsellors see it
-- KEYS line present tickets waits where absent offers ready desks claims
-- ARGV most
-- RETURNS how many wait, since when the longest (0: nobody), then per conversation at the front: its name, place, wait
-- USES books
-- READS
-- Offered ones count as waiting, but are not among those at the front: they ring at a desk already.
local most = tonumber(ARGV[1])
local longest = 0
for band = 0, 2 do
  local head = redis.call("ZRANGEBYSCORE", line, band * 1e12, "(" .. (band + 1) * 1e12, "LIMIT", 0, 1)[1]
  local since = head and known(head).since
  if since and (longest == 0 or since < longest) then
    longest = since
  end
end
local answer = { redis.call("ZCARD", line), longest }
for rank, conversation in ipairs(redis.call("ZRANGE", line, 0, most + redis.call("ZCARD", offers) - 1)) do
  if #answer < 2 + 3 * most and redis.call("HGET", where, conversation) == "line" then
    answer[#answer + 1] = conversation
    answer[#answer + 1] = rank
    answer[#answer + 1] = redis.call("HGET", waits, conversation)
  end
end
return answer
