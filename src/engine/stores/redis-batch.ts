import { type Deferred, deferred } from "../../base/async.ts";

/** A batch on its way into a stream. */
export interface Batch {
  readonly payload: Buffer;
  readonly needsSync: boolean;
  readonly done: Deferred<string>;
  /** The number under which it was sent last; 0 before. */
  sequence: number;
  /** Whether its caller has heard that it is stored; it is sent again where the server lost it. */
  isAcknowledged: boolean;
}

/** Makes a batch of what was packed. */
export function createBatch(payload: string, needsSync: boolean): Batch {
  return {
    payload: bytesOf(payload),
    needsSync,
    done: deferred<string>(),
    sequence: 0,
    isAcknowledged: false,
  };
}

/** A batch whose caller has heard that it is stored, and which the server lost. */
export function lostBatch(payload: Buffer, sequence: number): Batch {
  return { payload, needsSync: false, done: deferred<string>(), sequence, isAcknowledged: true };
}

/** Where every character is one byte, copying is several times as fast as encoding. */
function bytesOf(text: string): Buffer {
  return Buffer.from(text, Buffer.byteLength(text) === text.length ? "latin1" : "utf8");
}

/** Puts a batch that has to be sent again where its number belongs, before everything that was never sent. */
export function putBack(queue: Batch[], batch: Batch): void {
  const behind = queue.findIndex(({ sequence }) => sequence === 0 || sequence > batch.sequence);
  queue.splice(behind < 0 ? queue.length : behind, 0, batch);
}
