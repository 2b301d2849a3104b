-- books: the books of the line and the desks by name, and how a child stands in them
local line, present, tickets, waits, where, absent, offers, ready, desks, claims = unpack(KEYS)

-- What is known of one who waits or is held: ticket, since, language, about, danger, lost. Nil: not in the books.
local function known(conversation)
  local text = redis.call("HGET", waits, conversation)
  return text and cjson.decode(text)
end

-- Write down one who waits or is offered, with the order that its band and its ticket give it (bands: lost, danger, other).
local function rank(conversation, wait)
  local score = (wait.lost and 0 or wait.danger and 1 or 2) * 1e12 + wait.ticket
  redis.call("HSET", waits, conversation, cjson.encode(wait))
  redis.call("ZADD", line, score, conversation)
  return score
end

-- Put a child in the line at its place. An absent one keeps its place and is not offered.
local function stand(conversation, wait)
  local score = rank(conversation, wait)
  redis.call("HSET", where, conversation, "line")
  redis.call("ZREM", offers, conversation)
  if redis.call("SISMEMBER", absent, conversation) == 1 then
    redis.call("ZREM", present, conversation)
  else
    redis.call("ZADD", present, score, conversation)
  end
end

-- Take a child out of the line; it is told apart by the caller where it goes.
local function step_out(conversation)
  redis.call("ZREM", line, conversation)
  redis.call("ZREM", present, conversation)
  redis.call("ZREM", offers, conversation)
  redis.call("SREM", absent, conversation)
end

-- Strike a child from all books.
local function strike(conversation)
  step_out(conversation)
  redis.call("ZREM", claims, conversation)
  redis.call("HDEL", waits, conversation)
  redis.call("HDEL", where, conversation)
end
