/** Refuses everybody but the owner of the stream: KEYS[2] is the owner's hash, ARGV[1] our id. */
const fence = `
local owner = redis.call('HGET', KEYS[2], 'id')
if not owner then return redis.error_reply('STALE the stream has no owner') end
if owner ~= ARGV[1] then return redis.error_reply('FENCED ' .. owner) end
`;

/**
 * Takes over entries that were handed out and not acknowledged, whoever had them.
 *
 * KEYS: the stream, the owner's hash, the group's hash of progress. ARGV: our id, the group, our consumer, for how
 * long they must have been left alone in ms, where to go on, how many. At the beginning of a round, consumers that
 * have nothing are deleted; and a round that is not for everything ends there if nobody else has anything.
 *
 * Replies with where to go on (0-0 for the end), how many entries were gone from the stream, and of each entry its id,
 * its first field, that field's value, and its progress or nothing. What is gone can only be acknowledged; Redis 7
 * does that itself, and names them.
 */
export const claimScript = `${fence}
if ARGV[5] == '0-0' then
  local others = 0
  for _, info in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[2])) do
    local consumer = {}
    for i = 1, #info, 2 do consumer[info[i]] = info[i + 1] end
    if consumer.name ~= ARGV[3] then
      others = others + consumer.pending
      if consumer.pending == 0 then redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[2], consumer.name) end
    end
  end
  if others == 0 and ARGV[4] ~= '0' then return {'0-0', 0} end
end
local claimed = redis.call('XAUTOCLAIM', KEYS[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], 'COUNT', ARGV[6], 'JUSTID')
local gone = claimed[3] and #claimed[3] or 0
local reply = {claimed[1], 0}
for _, id in ipairs(claimed[2]) do
  local entry = redis.call('XRANGE', KEYS[1], id, id)[1]
  if entry then
    table.insert(reply, id)
    table.insert(reply, entry[2][1])
    table.insert(reply, entry[2][2])
    table.insert(reply, redis.call('HGET', KEYS[3], id) or '')
  else
    redis.call('XACK', KEYS[1], ARGV[2], id)
    redis.call('HDEL', KEYS[3], id)
    gone = gone + 1
  end
end
reply[2] = gone
return reply
`;

/**
 * Records what has become of entries, all of it or nothing.
 *
 * KEYS: the stream, the owner's hash, the group's hash of progress, its sorted set of dead letters. ARGV: our id, the
 * group, a number of done entries and their ids, a number of others and of each its id and its progress, and the dead
 * letters. A dead letter is a member that begins with the event's id, all of score 0: so they lie in the order of
 * their ids, and adding one twice is adding it once.
 */
export const settleScript = `${fence}
local at = 3
local function take()
  local value = ARGV[at]
  at = at + 1
  return value
end
local done = {}
for i = 1, tonumber(take()) do done[i] = take() end
local progress = {}
for i = 1, 2 * tonumber(take()) do progress[i] = take() end
for i = at, #ARGV do redis.call('ZADD', KEYS[4], 0, ARGV[i]) end
if #progress > 0 then redis.call('HSET', KEYS[3], unpack(progress)) end
if #done > 0 then
  redis.call('XACK', KEYS[1], ARGV[2], unpack(done))
  redis.call('HDEL', KEYS[3], unpack(done))
end
return #done
`;

/**
 * Says that entries are still being worked on, so that nobody takes them for stalled. KEYS: the stream, the owner's
 * hash. ARGV: our id, the group, our consumer, the entries. JUSTID leaves their delivery count alone.
 */
export const holdScript = `${fence}
local ids = {}
for i = 4, #ARGV do ids[i - 3] = ARGV[i] end
table.insert(ids, 'JUSTID')
return #redis.call('XCLAIM', KEYS[1], ARGV[2], ARGV[3], 0, unpack(ids))
`;

/**
 * Makes a group again that is gone, after an entry; from the beginning where the stream has not come as far as that,
 * for then it is another one. KEYS: the stream. ARGV: the group, the entry. Replies with where it stands.
 */
export const regroupScript = `
local function number(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(seq)
end
local after = '0-0'
if redis.call('EXISTS', KEYS[1]) == 1 then
  local info = redis.call('XINFO', 'STREAM', KEYS[1])
  local last = '0-0'
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then last = info[i + 1] end
  end
  local lastMs, lastSeq = number(last)
  local ms, seq = number(ARGV[2])
  if lastMs > ms or (lastMs == ms and lastSeq >= seq) then after = ARGV[2] end
end
redis.call('XGROUP', 'CREATE', KEYS[1], ARGV[1], after, 'MKSTREAM')
return after
`;

/** The hash of progress beside a stream, in the same slot of a cluster. */
export function progressKey(stream: string, group: string): string {
  return `${tagged(stream)}:group:${group}`;
}

/** The sorted set of a group's dead letters. */
export function deadKey(stream: string, group: string): string {
  return `${tagged(stream)}:dead:${group}`;
}

function tagged(stream: string): string {
  return /\{[^}]+\}/.test(stream) ? stream : `{${stream}}`;
}
