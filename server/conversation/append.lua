-- append: store sealed messages of one or more talks, each once and in the order of its sender
-- KEYS ...
-- ARGV cap now talks heads ...
-- RETURNS per message: seq, at, the worker of the other side if it must still be told; or 0, why, ""
-- USES lasting hints
-- KEYS are talk, log, ids of each of `talks` (renewed once a minute: that costs as much as a message), then inboxes. `heads` is msgpack,
-- of each message: number of its talk, role, desk, id, n, number of an inbox (0: none), whose, name there. Then its box and frame.
local cap, now, talks, heads = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local other = { child = "at:counsellor", counsellor = "at:child" }

local function refusal(role, desk, n, state, hers, count, seq)
  if not (state == "talking" or (state == "waiting" and role == "child")) then
    return "not_talking"
  elseif role == "counsellor" and hers ~= desk then
    return "not_yours"
  elseif count ~= n then
    return "out_of_order"
  elseif seq >= cap then
    return "too_many"
  end
end

local function append(box, frame, first, role, desk, id, n, number, expected, to)
  local talk, log, ids = KEYS[first * 3 - 2], KEYS[first * 3 - 1], KEYS[first * 3]
  local known, at = string.match(redis.call("HGET", ids, id) or "", "(%d+):(%d+)")
  local state, hers, count, seq, worker = unpack(redis.call("HMGET", talk, "state", "desk", "n:" .. role, "seq", other[role]))
  if known then
    return { tonumber(known), tonumber(at), still_to_tell(talks * 3, worker, hers, known, at, number, expected, to, frame) }
  end
  seq = tonumber(seq or "0")
  local why = refusal(role, desk, n, state, hers, tonumber(count or "0"), seq)
  if why then
    return { 0, why, "" }
  end
  seq = seq + 1
  redis.call("HSET", talk, "seq", seq, "n:" .. role, n + 1)
  redis.call("XADD", log, seq .. "-0", "r", role, "i", id, "n", n, "t", now, "b", box)
  redis.call("HSET", ids, id, seq .. ":" .. now)
  if redis.call("TTL", log) < 86340 then
    lasting(talk, log, ids)
  end
  return { seq, now, still_to_tell(talks * 3, worker, hers, seq, now, number, expected, to, frame) }
end

local answers = {}
for at, head in ipairs(cmsgpack.unpack(heads)) do
  answers[at] = append(ARGV[at * 2 + 3], ARGV[at * 2 + 4], unpack(head))
end
hints_go()
return answers
