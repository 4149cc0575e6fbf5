/**
 * Appends one batch for the owner of the stream, in order.
 *
 * KEYS: the stream, the owner's hash beside it. ARGV: the owner's epoch, the number of the batch before, the
 * number of this one, the packed batch. Batches are numbered without gaps, as by Kafka's idempotent producer, so
 * one that is sent again, one that would overtake another, and one of a former owner are all refused by one
 * comparison. The number travels in the entry, so that its name can be found again when the reply was lost.
 *
 * Redis checks its memory limit before a script's first write only (server.c, `SCRIPT_WRITE_DIRTY`), so an entry
 * cannot be stored without its number.
 *
 * Replies with the entry's id, or the error STALE.
 */
export const appendScript = `
local owner = redis.call('HMGET', KEYS[2], 'epoch', 'seq')
if owner[1] ~= ARGV[1] or owner[2] ~= ARGV[2] then
  return redis.error_reply('STALE the owner has epoch ' .. tostring(owner[1]) .. ', batch ' .. tostring(owner[2]))
end
local entry = redis.call('XADD', KEYS[1], '*', 'b', ARGV[4], 'n', ARGV[1] .. '-' .. ARGV[3])
redis.call('HSET', KEYS[2], 'seq', ARGV[3])
return entry
`;

/**
 * Takes the stream over, or goes on with it after a lost connection; both begin a new epoch, so that what a former
 * connection may still have on its way is refused.
 *
 * KEYS: the stream, the owner's hash. ARGV: our id, our first and our last epoch (0 and 0 to take over), a batch
 * number, and the numbers of batches to remove. Replies with the epoch, the last batch number that the server
 * knows of us (0 where it knows nothing), and number and entry of each batch of ours after the given number. The
 * error FENCED says that somebody else took over.
 */
export const ownScript = `
redis.call('XLEN', KEYS[1])
local owner = redis.call('HMGET', KEYS[2], 'id', 'epoch', 'seq')
local epoch = tonumber(owner[2] or '0')
local first, last, base = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local ours = owner[1] == ARGV[1]
if last > 0 and not ours and epoch >= last then
  return redis.error_reply('FENCED ' .. string.format('%.0f', epoch))
end
local stored = ours and tonumber(owner[3]) or 0
local remove = {}
for i = 5, #ARGV do remove[ARGV[i]] = true end
epoch = string.format('%.0f', math.max(epoch, last) + 1)
local reply = {epoch, string.format('%.0f', stored)}
if stored > base then
  for _, entry in ipairs(redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', stored - base)) do
    local entryEpoch, number = string.match(entry[2][4] or '', '^(%d+)-(%d+)$')
    if number and tonumber(entryEpoch) >= first and tonumber(number) > base then
      if remove[number] then
        redis.call('XDEL', KEYS[1], entry[1])
      else
        table.insert(reply, number)
        table.insert(reply, entry[1])
      end
    end
  end
end
redis.call('HSET', KEYS[2], 'id', ARGV[1], 'epoch', epoch, 'seq', reply[2])
return reply
`;

/**
 * Writes something after a batch, so that WAITAOF on this connection covers the batch, which went over another.
 * KEYS: the owner's hash. ARGV: our id, the batch's number. The error STALE says that the batch is not there.
 */
export const syncScript = `
local owner = redis.call('HMGET', KEYS[1], 'id', 'seq')
if owner[1] ~= ARGV[1] or tonumber(owner[2]) < tonumber(ARGV[2]) then
  return redis.error_reply('STALE batch ' .. ARGV[2] .. ' is not there')
end
return redis.call('HSET', KEYS[1], 'synced', ARGV[2])
`;

/** A pattern for all keys that belong to a stream: its owner, its groups, their dead letters. */
export function streamKeys(stream: string): string {
  return ownerKey(stream)
    .replace(/[*?[\]\\]/g, "\\$&")
    .replace(/owner$/, "*");
}

/** The hash beside a stream that names its owner; in a cluster both lie in one slot. */
export function ownerKey(stream: string): string {
  return /\{[^}]+\}/.test(stream) ? `${stream}:owner` : `{${stream}}:owner`;
}
