/**
 * Appends one batch, once, for the owner of the stream only.
 *
 * KEYS: the stream, and the owner's hash beside it. ARGV: the owner's epoch, the batch's sequence number in
 * that epoch, the packed batch. The batches of an epoch are numbered without gaps, as by Kafka's idempotent
 * producer, so a batch that is sent again is known, also after the server's restart, and one that would
 * overtake a lost one is refused. The names of the last 64 entries are kept, to answer for a batch that is
 * there already. Once the entry is added, Redis lets the script finish its writes whatever the memory limit
 * says, so an entry cannot be stored and its number not.
 *
 * Replies: [1, entry] stored; [0, entry] was there already; [2, last] a gap; [3, epoch] another owner.
 */
export const appendScript = `
local owner = redis.call('HMGET', KEYS[2], 'epoch', 'seq')
if owner[1] ~= ARGV[1] then return {3, owner[1] or ''} end
local last, seq = tonumber(owner[2]), tonumber(ARGV[2])
if seq <= last then return {0, redis.call('HGET', KEYS[2], 'e' .. (seq % 64)) or ''} end
if seq > last + 1 then return {2, tostring(last)} end
local entry = redis.call('XADD', KEYS[1], '*', 'b', ARGV[3])
redis.call('HSET', KEYS[2], 'seq', ARGV[2], 'e' .. (seq % 64), entry)
return {1, entry}
`;

/** Makes the caller the owner: the next epoch, no batches yet. KEYS: the owner's hash. Replies with the epoch. */
export const ownScript = `
local epoch = redis.call('HINCRBY', KEYS[1], 'epoch', 1)
redis.call('HSET', KEYS[1], 'seq', '0')
return tostring(epoch)
`;

/** The hash beside a stream that names its owner; in a cluster both lie in one slot. */
export function ownerKey(stream: string): string {
  return stream.includes("{") ? `${stream}:owner` : `{${stream}}:owner`;
}
