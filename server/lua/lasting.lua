-- lasting: every key that a step may have written lives one more day (server/keys.py, DAY)
local function lasting(...)
  for _, key in ipairs({ ... }) do
    redis.call("EXPIRE", key, 86400)
  end
end
