-- come: somebody comes to help, and is the only one
-- KEYS calls
-- ARGV caller comer
-- RETURNS 1 when she is the one who comes (also when she was already), 0 when somebody else does or nobody calls
-- USES lasting
local calls = KEYS[1]
local caller, comer = ARGV[1], ARGV[2]
local text = redis.call("HGET", calls, caller)
local call = text and cjson.decode(text)
if not call or (call.coming ~= "" and call.coming ~= comer) then
  return 0
end
call.coming = comer
redis.call("HSET", calls, caller, cjson.encode(call))
lasting(calls)
return 1
