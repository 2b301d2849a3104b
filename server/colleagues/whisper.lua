-- whisper: keep something that colleagues say to each other, once, sealed for each reader
-- KEYS aside
-- ARGV id desk at boxes most
-- RETURNS 1 when it is kept now, 0 when it was there already
-- USES lasting
local aside = KEYS[1]
local id, desk, at, boxes, most = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
for _, entry in ipairs(redis.call("XREVRANGE", aside, "+", "-", "COUNT", 50)) do
  if entry[2][2] == id then
    return 0
  end
end
redis.call("XADD", aside, "MAXLEN", most, "*", "id", id, "desk", desk, "at", at, "boxes", boxes)
lasting(aside)
return 1
