-- move: change the state of a talk, only from the states that the table allows
-- KEYS talk
-- ARGV to from now ...
-- RETURNS 1 when it moved, 2 when it was there already, 0 when the table forbids it or the talk is gone
-- USES lasting
-- `from` is a space-separated list; after `now` come pairs of field and value to write when it moves.
local talk = KEYS[1]
local to, from, now = ARGV[1], ARGV[2], ARGV[3]
local state = redis.call("HGET", talk, "state")
if not state then
  return 0
end
if state == to then
  return 2
end
local allowed = false
for one in string.gmatch(from, "%S+") do
  allowed = allowed or one == state
end
if not allowed then
  return 0
end
redis.call("HSET", talk, "state", to, "moved", now)
for at = 4, #ARGV, 2 do
  redis.call("HSET", talk, ARGV[at], ARGV[at + 1])
end
lasting(talk)
return 1
