-- desk: how a counsellor's desk is read and written, so that `ready` and its offer are always right (after books)
local function desk_of(desk)
  local text = redis.call("HGET", desks, desk)
  return text and cjson.decode(text) or { room = 1, free = false, since = 0, talks = {} }
end

-- May this desk take one more child: room is left, and nothing is still to be written up.
local function has_room(hers)
  local taken = 0
  for _, state in pairs(hers.talks) do
    if state == "wrapping" then
      return false
    end
    taken = taken + 1
  end
  return taken < hers.room
end

-- Write a desk down. An offer stands only where it could be taken, else that child goes back to its old place;
-- a desk is ready when it is free, has room and has no offer; a desk without anything is forgotten.
local function settle(desk, hers)
  local able = hers.free and has_room(hers)
  if hers.offer and not able then
    stand(hers.offer, known(hers.offer))
    hers.offer = nil
  end
  if able and not hers.offer then
    redis.call("ZADD", ready, hers.since, desk)
  else
    redis.call("ZREM", ready, desk)
  end
  if hers.free or hers.offer or next(hers.talks) then
    redis.call("HSET", desks, desk, cjson.encode(hers))
  else
    redis.call("HDEL", desks, desk)
  end
end
