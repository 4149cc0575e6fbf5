import type { RedisOwner } from "./redis-owner.ts";
import type { RedisSync } from "./redis-sync.ts";

/** Appends batches to a stream, each exactly once, in order, across lost connections. */
export interface RedisAppender {
  /**
   * Resolves with the entry's id once the batch is stored, or synced as well. Rejects with a DynoError
   * `unavailable`, `overload`, `conflict` or `closed`. The batch is not in the stream then; where that is unknown
   * it is removed before anything else is appended. Unknown it remains after `conflict`, and where the store is
   * closed while Redis is away.
   */
  append(payload: string, needsSync: boolean): Promise<string>;
  /** To be told of each connection that was lost or came back: the server may have lost batches, or its settings. */
  connectionChanged(): void;
  /**
   * Where rejections are handed over: resolves when appends are accepted again, of those rejected before none is
   * on its way any more. Rejects with a DynoError `conflict` or `closed`, or with the signal's reason.
   */
  regain(signal: AbortSignal | undefined): Promise<void>;
  readonly totals: Readonly<AppenderTotals>;
  /** Resolves when everything under way is settled. */
  close(): Promise<void>;
}

/** What an appender counts, in batches. */
export interface AppenderTotals {
  /** Sent again because the outcome of sending it was unknown, or the server was not ready for it. */
  resends: number;
  /** Found in the stream when the connection came back. */
  already_stored: number;
  /**
   * Acknowledged as stored, and gone when the server came back: it crashed before its fsync, or was flushed. Those of
   * the last seconds are sent again, and count as `resent_after_loss`; these are the others.
   */
  lost_by_server: number;
  /** Acknowledged as stored, gone when the server came back, and sent again. */
  resent_after_loss: number;
  /** Times that an outage lasted longer than `reconnectMs`. */
  outages: number;
}

/** What an appender works with. */
export interface RedisAppenderOptions {
  readonly owner: RedisOwner;
  readonly stream: string;
  /** How long appends wait for a server that is away; then they are rejected. */
  readonly reconnectMs: number;
  /** For batches that need it; undefined where a stored batch is synced. */
  readonly sync: RedisSync | undefined;
  /** Asked after each lost connection; rejects where the server must not be used any more. */
  readonly checkServer: () => Promise<void>;
  /** How long the server may take to sync what it acknowledged; 0 where it syncs first. */
  readonly retainMs: number;
  /**
   * Whether somebody takes over what is rejected, and looks in the stream for what became of it. Then nothing is
   * removed there, and after a rejection everything is rejected until `regain` is called, to keep the order.
   */
  readonly handsOver: boolean;
}
