import { z } from "zod";
import { DynoError } from "../../../base/errors.ts";
import { maskUrl } from "../../../base/mask-url.ts";
import { defineAction } from "../action.ts";

const input = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: "give an http or https URL" }),
  method: z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]).default("GET"),
  headers: z.record(z.string(), z.string()).default({}),
  /** Sent as JSON. */
  body: z.unknown().optional(),
  /** Answers that count as success; default: 200 to 299. */
  accept: z.array(z.int().min(100).max(599)).optional(),
});

/** What an HTTP step gives. */
export interface HttpOutput {
  readonly status: number;
  /** Parsed where it is JSON, else the text. */
  readonly body: unknown;
}

/**
 * Sends a request with the step's idempotency key as `Idempotency-Key`, and gives status and body. An answer that is
 * not accepted fails the attempt, as `unavailable` where another attempt may help (408, 429 and 5xx), else `usage`.
 */
export const httpAction = defineAction<z.output<typeof input>, HttpOutput>({
  input,
  run: async ({ url, method, headers, body, accept }, { idempotencyKey, signal }) => {
    const sent = new Headers({ ...headers, "idempotency-key": idempotencyKey });
    if (body !== undefined && !sent.has("content-type")) sent.set("content-type", "application/json");
    const response = await fetch(url, {
      method,
      headers: sent,
      signal,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { status } = response;
    const text = await response.text();
    if (accept === undefined ? response.ok : accept.includes(status)) {
      return { status, body: parsed(text, response.headers.get("content-type") ?? "") };
    }
    const mayPass = status === 408 || status === 429 || status >= 500;
    const message = `${method} ${maskUrl(url)} answered ${status}: ${text.slice(0, 200)}`;
    throw new DynoError(mayPass ? "unavailable" : "usage", message);
  },
});

function parsed(text: string, contentType: string): unknown {
  if (!/\bjson\b/.test(contentType)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
