-- append: store sealed messages of one or more talks, each once and in the order of its sender
-- KEYS ...
-- ARGV cap now ...
-- RETURNS per message: seq, at, the worker of the other side; or 0, why, ""
-- USES lasting
-- KEYS are talk, log, ids of each talk. A message is six values: the number of its talk (from 1), role, desk, id, n, box.
local cap, now = tonumber(ARGV[1]), tonumber(ARGV[2])
local other = { child = "at:counsellor", counsellor = "at:child" }

local function refusal(talk, role, desk, n)
  local state, hers, count, seq = unpack(redis.call("HMGET", talk, "state", "desk", "n:" .. role, "seq"))
  if not (state == "talking" or (state == "waiting" and role == "child")) then
    return "not_talking"
  elseif role == "counsellor" and hers ~= desk then
    return "not_yours"
  elseif tonumber(count or "0") ~= tonumber(n) then
    return "out_of_order"
  elseif tonumber(seq or "0") >= cap then
    return "too_many"
  end
end

local function append(talk, log, ids, role, desk, id, n, box)
  local seq, at = string.match(redis.call("HGET", ids, id) or "", "(%d+):(%d+)")
  if not seq then
    local why = refusal(talk, role, desk, n)
    if why then
      return { 0, why, "" }
    end
    seq, at = redis.call("HINCRBY", talk, "seq", 1), now
    redis.call("HSET", talk, "n:" .. role, tonumber(n) + 1)
    redis.call("XADD", log, seq .. "-0", "r", role, "i", id, "n", n, "t", now, "b", box)
    redis.call("HSET", ids, id, seq .. ":" .. now)
    lasting(talk, log, ids)
  end
  return { tonumber(seq), tonumber(at), redis.call("HGET", talk, other[role]) or "" }
end

local answers = {}
for at = 3, #ARGV, 6 do
  local first = (tonumber(ARGV[at]) - 1) * 3
  answers[#answers + 1] = append(KEYS[first + 1], KEYS[first + 2], KEYS[first + 3], unpack(ARGV, at + 1, at + 5))
end
return answers
