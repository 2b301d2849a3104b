-- is_late: a tab that came at `came` (ms) asks late: one that came after it, at `newest`, has spoken meanwhile
-- More than a minute between them is a clock that was put back, not a step that lay about: nobody is kept out by it for longer.
local function is_late(newest, came)
  local behind = tonumber(newest or 0) - tonumber(came)
  return newest and behind > 0 and behind < 60000
end
