-- redeem: use a ticket once; the same attempt, repeated because its answer was lost, succeeds again
-- KEYS ticket
-- ARGV attempt
-- RETURNS the hash of the staff session, or "" when the ticket is unknown, too old or used
local ticket = KEYS[1]
local attempt = ARGV[1]

local held = redis.call("GET", ticket)
if not held then
  return ""
end
local session, user = held:match("^(%x+):(.*)$")
if user ~= "" and user ~= attempt then
  return ""
end
redis.call("SET", ticket, session .. ":" .. attempt, "KEEPTTL")
return session
