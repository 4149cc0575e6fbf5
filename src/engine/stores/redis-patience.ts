/** How long a connection waits, in ms. */
export interface Patience {
  /** For an answer: a server that hangs does not close its connections. */
  readonly answerMs: number;
  /** For a lost connection to be made again. */
  readonly connectMs: number;
  /** Between two attempts to make it, at most. */
  readonly retryMs: number;
  /** For a connection, before a reading command is rejected. */
  readonly readMs: number;
}

/** The patience of each of a store's connections, and how long its appends wait for a server that is away. */
export interface StorePatience {
  readonly append: Patience;
  /** Of the connection that appends, while nobody waits for it because a fallback has taken over. */
  readonly drain: Patience;
  readonly read: Patience;
  readonly sync: Patience;
  readonly appendMs: number;
}

/**
 * Without a fallback everything waits for `reconnectMs`. With one, a server that is away has to be noticed, and what is
 * under way rejected, within `handOverMs`, half of it for an answer and half of it for a new connection. Its
 * return has to be noticed soon as well.
 */
export function patienceFor(reconnectMs: number, handOverMs: number | undefined): StorePatience {
  if (handOverMs === undefined) {
    const same = { answerMs: reconnectMs, connectMs: 3000, retryMs: 500, readMs: reconnectMs };
    return { append: same, drain: same, read: same, sync: same, appendMs: reconnectMs };
  }
  const half = Math.max(10, Math.ceil(handOverMs / 2));
  const soon = { connectMs: Math.max(250, handOverMs), retryMs: 100, readMs: reconnectMs };
  return {
    append: { ...soon, answerMs: half },
    // A server that is only slow could never be given back what waits, if it were left again and again.
    drain: { ...soon, answerMs: Math.max(half, 500) },
    // A long answer may begin late.
    read: { ...soon, answerMs: 2000 },
    // WAITAOF blocks for a second.
    sync: { ...soon, answerMs: 2000 },
    appendMs: half,
  };
}
