-- heard: when each of these connections was last heard
-- KEYS pulse
-- ARGV ...
-- RETURNS 1
-- USES lasting
-- ARGV is pairs of an instant and a member, written down some hundred at a time.
local pulse, some = KEYS[1], 1000
for at = 1, #ARGV, some do
  redis.call("ZADD", pulse, unpack(ARGV, at, math.min(#ARGV, at + some - 1)))
end
lasting(pulse)
return 1
