-- mark: how far one side has received and shown a talk; never backwards, never past its end
-- KEYS talk
-- ARGV role desk delivered read
-- RETURNS delivered, read, the worker of the other side; or an empty list when the talk is not theirs
-- USES lasting
local talk = KEYS[1]
local role, desk, delivered, read = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local there = role == "child" and "at:counsellor" or "at:child"
local facts = redis.call("HMGET", talk, "seq", "delivered:" .. role, "read:" .. role, "desk", there)
if not facts[1] or (role == "counsellor" and facts[4] ~= desk) then
  return {}
end
local last = tonumber(facts[1])
delivered = math.max(tonumber(facts[2] or "0"), math.min(delivered, last))
read = math.max(tonumber(facts[3] or "0"), math.min(read, delivered))
redis.call("HSET", talk, "delivered:" .. role, delivered, "read:" .. role, read)
lasting(talk)
return { delivered, read, facts[5] or "" }
