-- take_post: this is where a counsellor's connection is now
-- KEYS posts
-- ARGV desk post
-- RETURNS where it was before (empty: nowhere)
-- USES lasting
local posts = KEYS[1]
local desk, post = ARGV[1], ARGV[2]
local before = redis.call("HGET", posts, desk) or ""
redis.call("HSET", posts, desk, post)
lasting(posts)
return before
