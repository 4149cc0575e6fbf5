import type { Socket } from "node:net";

/** What holds up everything that goes through a proxy; it may change at any time. */
export interface PipeState {
  /** Of a round trip; each way has half of it. */
  readonly delayMs: number;
  readonly jitterMs: number;
  readonly isBlocked: boolean;
}

/** One direction of a connection through a proxy. */
export interface Pipe {
  /** To be told when `isBlocked` has changed. */
  changed(): void;
  /** Ends the connection as a crash would, with a reset. */
  reset(): void;
}

interface Held {
  readonly bytes: Buffer;
  readonly dueMs: number;
}

/** Passes on what comes from one socket to the other, in order, as late as the state says. */
export function createPipe(from: Socket, to: Socket, state: PipeState): Pipe {
  const held: Held[] = [];
  let timer: NodeJS.Timeout | undefined;
  let lastDueMs = 0;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    for (let next = held[0]; next !== undefined && !state.isBlocked; next = held[0]) {
      const waitMs = next.dueMs - performance.now();
      if (waitMs > 0.5) {
        timer = setTimeout(flush, waitMs);
        return;
      }
      held.shift();
      pass(next.bytes);
    }
  };
  const pass = (bytes: Buffer): void => {
    if (to.destroyed || to.write(bytes)) return;
    from.pause();
    to.once("drain", changed);
  };
  const changed = (): void => {
    if (state.isBlocked) from.pause();
    else {
      flush();
      from.resume();
    }
  };
  from.on("data", (bytes: Buffer) => {
    const { delayMs, jitterMs } = state;
    if (delayMs === 0 && held.length === 0) return pass(bytes);
    const lateMs = Math.max(0, (delayMs + jitterMs * (2 * Math.random() - 1)) / 2);
    lastDueMs = Math.max(lastDueMs, performance.now() + lateMs);
    held.push({ bytes, dueMs: lastDueMs });
    if (timer === undefined) flush();
  });
  // A lost connection is told to the other end by its own end; there is nobody else to tell.
  from.on("error", () => to.destroy());
  from.on("close", () => {
    clearTimeout(timer);
    to.destroy();
  });
  if (state.isBlocked) from.pause();
  return { changed, reset: () => from.resetAndDestroy() };
}
