-- seal: close the books of a talk that is over, with how it ended and its sealed form
-- KEYS talk log ids wraps
-- ARGV ending form written_up now
-- RETURNS when it was sealed (ms), 0 when the talk cannot be sealed in its state, -1 when it is gone
-- USES lasting
-- A talk that is written up comes from wrapping_up. One that left the line keeps the ending that its books say.
local talk, log, ids, wraps = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local ending, form, written_up, now = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local state, sealed = unpack(redis.call("HMGET", talk, "state", "sealed"))
if not state then
  return -1
end
if state == "sealed" then
  return tonumber(sealed)
end
if state ~= (written_up == "1" and "wrapping_up" or "left") then
  return 0
end
if written_up == "1" then
  redis.call("HSET", talk, "ending", ending)
else
  redis.call("HSETNX", talk, "ending", ending)
end
if form ~= "" then
  redis.call("HSET", talk, "form", form)
end
redis.call("HSET", talk, "state", "sealed", "sealed", now)
lasting(talk, log, ids, wraps)
return tonumber(now)
