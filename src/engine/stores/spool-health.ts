import { messageOf } from "../../base/errors.ts";
import type { HealthPart } from "../health.ts";
import type { SpoolBuffer } from "./spool-buffer.ts";
import type { Outage } from "./spool-outage.ts";

/** What there is to say about a fallback. */
export interface SpoolState {
  readonly buffer: Pick<SpoolBuffer, "at" | "name" | "events" | "bytes">;
  /** Undefined while the store is well. */
  readonly outage: Pick<Outage, "sinceMs" | "cause"> | undefined;
  /** Why the buffer takes nothing more. */
  readonly refusal: unknown;
  /** Why nothing can be brought home any more. */
  readonly ended: unknown;
}

/** Says how a fallback is: in use it is degraded, and where it must refuse events, down. */
export function healthOfSpool({ buffer, outage, refusal, ended }: SpoolState): HealthPart {
  const { at, name, events, bytes } = buffer;
  const part = at === "spool" ? "spool" : "fallback";
  const loss = at === "memory" ? "; they are lost if this process ends" : "";
  const waiting = `${events} events wait in ${name}, which holds ${bytes} bytes${loss}`;
  if (ended !== undefined) return { part, status: "down", detail: `${waiting}: ${messageOf(ended)}` };
  if (outage === undefined) return { part, status: "ok", detail: `nothing waits in ${name}` };
  const since = `since ${new Date(outage.sinceMs).toISOString()}`;
  if (refusal !== undefined) {
    const detail = `${waiting}, ${since}, and it refuses more: ${messageOf(refusal)}`;
    return { part, status: "down", detail };
  }
  const { cause } = outage;
  const why = cause === undefined ? "they are brought home" : `the store is away: ${messageOf(cause)}`;
  return { part, status: "degraded", detail: `${waiting}, ${since}; ${why}` };
}
