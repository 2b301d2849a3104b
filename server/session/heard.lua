-- heard: when each of these connections was last heard
-- KEYS pulse
-- ARGV ...
-- RETURNS 1
-- USES lasting
-- ARGV is pairs of an instant and a member.
local pulse = KEYS[1]
for at = 1, #ARGV, 2 do
  redis.call("ZADD", pulse, ARGV[at], ARGV[at + 1])
end
lasting(pulse)
return 1
