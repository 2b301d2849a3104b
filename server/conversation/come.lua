-- come: let tabs speak for the talks whose tokens they bear, and read how each talk stands and what its browser lacks
-- KEYS ...
-- ARGV worker most ...
-- RETURNS per tab: the tab and the worker before it (empty: nobody), the talk's fields and values, entries; an empty list: no such visit;
--   "late": a tab that came later speaks already, or has spoken
-- USES lasting is_late
-- KEYS are talk and log of each. ARGV goes on with four for each: the hash of its token, the tab, when it came, the last entry that its
-- browser has. `most` entries of a talk are read. Lua keeps each string once: to compare two hashes takes the same time whatever they are.
local worker, most = ARGV[1], ARGV[2]

local function come(talk, log, token, tab, came, after)
  local owner, before, at, newest = unpack(redis.call("HMGET", talk, "token", "tab:child", "at:child", "came:child"))
  if owner ~= token then
    return {}
  elseif is_late(newest, came) then
    return { "late" }
  end
  redis.call("HSET", talk, "tab:child", tab, "at:child", worker, "came:child", came)
  redis.call("HDEL", talk, "gone:child")
  lasting(talk)
  local entries = redis.call("XRANGE", log, "(" .. after .. "-0", "+", "COUNT", most)
  return { before or "", at or "", redis.call("HGETALL", talk), entries }
end

local answers = {}
for one = 1, #KEYS / 2 do
  answers[one] = come(KEYS[2 * one - 1], KEYS[2 * one], unpack(ARGV, 4 * one - 1, 4 * one + 2))
end
return answers
