-- come: let tabs speak for the talks whose tokens they bear, and read how each talk stands and what its browser lacks
-- KEYS ...
-- ARGV worker most ...
-- RETURNS per tab: the tab and the worker before it (empty: nobody), the talk's fields and values, entries; an empty list: no such visit
-- USES lasting
-- KEYS are talk and log of each. ARGV goes on with three for each: the hash of its token, the tab, the last entry that its browser has.
-- `most` entries of a talk are read. Lua keeps each string once: to compare two hashes takes the same time whatever they are.
local worker, most = ARGV[1], ARGV[2]

local function come(talk, log, token, tab, after)
  local owner, before, at = unpack(redis.call("HMGET", talk, "token", "tab:child", "at:child"))
  if owner ~= token then
    return {}
  end
  redis.call("HSET", talk, "tab:child", tab, "at:child", worker)
  redis.call("HDEL", talk, "gone:child")
  lasting(talk)
  local entries = redis.call("XRANGE", log, "(" .. after .. "-0", "+", "COUNT", most)
  return { before or "", at or "", redis.call("HGETALL", talk), entries }
end

local answers = {}
for one = 1, #KEYS / 2 do
  answers[one] = come(KEYS[2 * one - 1], KEYS[2 * one], ARGV[3 * one], ARGV[3 * one + 1], ARGV[3 * one + 2])
end
return answers
