/**
 * Trims a stream up to an entry, but never what a group has not acknowledged. Both is one step, so that a group made
 * meanwhile is seen.
 *
 * A group needs its lowest entry that was handed out and not acknowledged, else what comes after the last that it
 * had. MINID never drops by count, and \`~\` keeps whole nodes of the stream, which is much cheaper.
 *
 * KEYS: the stream. ARGV: the entry. Replies with how many entries were removed, the group that kept some from being
 * removed or nothing, and the first entry that is left.
 */
export const trimScript = `
local function split(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return ms, tonumber(seq)
end
local function isBefore(a, b)
  local aMs, aSeq = split(a)
  local bMs, bSeq = split(b)
  if aMs == bMs then return aSeq < bSeq end
  return tonumber(aMs) < tonumber(bMs)
end
if redis.call('EXISTS', KEYS[1]) == 0 then return {0, '', ''} end
local floor, holder = ARGV[1], ''
for _, info in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local group = {}
  for i = 1, #info, 2 do group[info[i]] = info[i + 1] end
  local needed
  if group.pending > 0 then
    needed = redis.call('XPENDING', KEYS[1], group.name)[2]
  else
    local ms, seq = split(group['last-delivered-id'])
    needed = ms .. '-' .. string.format('%.0f', seq + 1)
  end
  if isBefore(needed, floor) then floor, holder = needed, group.name end
end
local isHeld = holder ~= '' and #redis.call('XRANGE', KEYS[1], floor, '(' .. ARGV[1], 'COUNT', 1) > 0
local removed = redis.call('XTRIM', KEYS[1], 'MINID', '~', floor)
local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
return {removed, isHeld and holder or '', first and first[1] or ''}
`;

/**
 * Counts the events of some entries without sending them. KEYS: the stream. ARGV: from which entry, to which, how many
 * entries. Replies with id and number of events of each; a packed batch begins with a digit and that number.
 */
export const countScript = `
local reply = {}
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[2], 'COUNT', ARGV[3])) do
  table.insert(reply, entry[1])
  table.insert(reply, string.match(entry[2][2] or '', '^%d(%d+),') or '0')
end
return reply
`;
