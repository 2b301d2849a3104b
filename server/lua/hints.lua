-- hints: frames for the sockets of other workers, gathered and put into each inbox as one entry (`Hint` in server/relay.py)
local gathered, inboxes = {}, {}

-- Let a numbered frame go to whoever hears this name at an inbox (of KEYS, after `first`), if the other side is at that worker, and a desk's
-- name is that of the desk that has the talk. Returns the worker that must still be told, or "".
local function still_to_tell(first, worker, hers, seq, at, number, expected, to, frame)
  local another = string.sub(to, 1, 2) == "s:" and to ~= "s:" .. (hers or "")
  if not worker or worker ~= expected or number == 0 or another then
    return worker or ""
  end
  local inbox = KEYS[first + number]
  frame = string.sub(frame, 1, -2) .. ',"seq":' .. seq .. ',"at":' .. at .. "}"
  if not gathered[inbox] then
    gathered[inbox] = {}
    inboxes[#inboxes + 1] = inbox
  end
  local list = gathered[inbox]
  list[#list + 1] = "\147" .. cmsgpack.pack(to) .. "\165frame\198" .. struct.pack(">I4", #frame) .. frame
  return ""
end

-- Put what was gathered where each worker reads it: one list in the notation of msgpack. A hint that cannot be put there is lost, the message is not.
local function hints_go()
  for _, inbox in ipairs(inboxes) do
    local list = gathered[inbox]
    redis.pcall("XADD", inbox, "MAXLEN", "~", 2000, "*", "h", "\221" .. struct.pack(">I4", #list) .. table.concat(list))
    redis.pcall("EXPIRE", inbox, 3600)
  end
end
