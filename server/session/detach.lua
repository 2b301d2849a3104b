-- detach: this tab is gone; a newer tab of the same side stays
-- KEYS talk
-- ARGV role tab now
-- RETURNS the worker of the other side; an empty list when a newer tab speaks or the talk is gone
-- USES lasting
-- An empty `tab` stands for whoever speaks: the keeper found that side silent.
local talk = KEYS[1]
local role, tab, now = ARGV[1], ARGV[2], ARGV[3]
local speaks = redis.call("HGET", talk, "tab:" .. role)
if redis.call("EXISTS", talk) == 0 or (tab ~= "" and speaks ~= tab) then
  return {}
end
local at = redis.call("HGET", talk, "at:" .. role)
if at then
  redis.call("HSET", talk, "was:" .. role, at)
end
redis.call("HSET", talk, "gone:" .. role, now)
redis.call("HDEL", talk, "tab:" .. role, "at:" .. role)
lasting(talk)
return { redis.call("HGET", talk, role == "child" and "at:counsellor" or "at:child") or "" }
