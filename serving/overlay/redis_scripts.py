"""Lua that keeps the head, the entries and the snapshot of a log in step; each runs atomically.

KEYS[1] is the head, a hash of version, token, snapshot and snapshot_version. KEYS[2] is the
stream of entries, whose ids are the versions. KEYS[3] is a new snapshot, which would expire.
"""

from typing import Final

APPEND: Final = """
-- ARGV: token, updates, token that must be the last ('*' for any), least version, gives back
local head = redis.call('HMGET', KEYS[1], 'version', 'token')
if not head[1] then return redis.error_reply('LOST') end
if ARGV[3] ~= '*' and ARGV[3] ~= head[2] then return redis.error_reply('FORKED') end
local version = string.format('%d', math.max(tonumber(head[1]) + 1, tonumber(ARGV[4])))
redis.call('XADD', KEYS[2], version .. '-0',
           'previous', head[2], 'token', ARGV[1], 'updates', ARGV[2], 'gives_back', ARGV[5])
redis.call('HSET', KEYS[1], 'version', version, 'token', ARGV[1])
return tonumber(version)
"""

SEED: Final = """
-- ARGV: version, token, chunks of the snapshot
local token = redis.call('HGET', KEYS[1], 'token')
if token ~= ARGV[2] and redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('DEL', KEYS[3])
  return redis.error_reply('FORKED')
end
if redis.call('LLEN', KEYS[3]) ~= tonumber(ARGV[3]) then return redis.error_reply('LOST') end
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[1], 'version', ARGV[1], 'token', ARGV[2],
           'snapshot', KEYS[3], 'snapshot_version', ARGV[1])
redis.call('PERSIST', KEYS[3])
return 1
"""

COMPACT: Final = """
-- ARGV: version, token, first entry to keep, seconds that readers of the old snapshot may take,
-- chunks of the snapshot
local head = redis.call('HMGET', KEYS[1], 'token', 'snapshot', 'snapshot_version')
if not head[1] or redis.call('LLEN', KEYS[3]) ~= tonumber(ARGV[5]) then
  return redis.error_reply('LOST')
end
if tonumber(head[3]) >= tonumber(ARGV[1]) then return 0 end
if head[1] ~= ARGV[2] then
  local entry = redis.call('XRANGE', KEYS[2], ARGV[1], ARGV[1])[1]
  if not entry or entry[2][4] ~= ARGV[2] then return redis.error_reply('FORKED') end
end
redis.call('HSET', KEYS[1], 'snapshot', KEYS[3], 'snapshot_version', ARGV[1])
redis.call('PERSIST', KEYS[3])
redis.call('EXPIRE', head[2], ARGV[4])
redis.call('XTRIM', KEYS[2], 'MINID', ARGV[3])
return 1
"""
