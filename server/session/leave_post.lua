-- leave_post: a counsellor's connection is gone; a newer one keeps the post
-- KEYS posts
-- ARGV desk tab
-- RETURNS 1 when the post is empty now, 0 when it is not this tab's
local posts = KEYS[1]
local desk, tab = ARGV[1], ARGV[2]
local now = redis.call("HGET", posts, desk) or ""
if string.sub(now, 1, #tab + 1) ~= tab .. " " then
  return 0
end
redis.call("HDEL", posts, desk)
return 1
