-- block: write down that somebody was shut out: when, by whom, until, why; never who that was
-- KEYS blocks
-- ARGV block by at ends why seconds
-- RETURNS 1
local blocks = KEYS[1]
local block, by, at, ends, why, seconds = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]

local made = { by = by, at = tonumber(at), ["until"] = tonumber(ends), why = why, asked = "", second = "" }
redis.call("HSETNX", blocks, block, cjson.encode(made))
redis.call("EXPIRE", blocks, seconds)
return 1
