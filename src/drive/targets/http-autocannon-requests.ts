import type { Request } from "autocannon";
import { type Answer, readsBody } from "../http/answer-checks.ts";
import {
  createPartsMix,
  isFixed,
  isIdempotent,
  type MixOptions,
  type RequestParts,
} from "../http/request-mix.ts";
import type { RequestUnderWay } from "./http-autocannon-client.ts";

/** The requests of all clients of one run of autocannon. */
export interface ClientRequests {
  /** What the next client is to send, and what is known of each of its requests. */
  forClient(): RequestUnderWay & { readonly request: Request };
}

/** Plans requests, each with the number that `nextNumber` gives, in the order in which the clients send them. */
export function createClientRequests(mix: MixOptions, nextNumber: () => number): ClientRequests {
  const next = createPartsMix(mix);
  const [only, second] = mix.kinds;
  const changes = second !== undefined || only === undefined || !isFixed(only);
  const looksInside = mix.kinds.some(({ expected }) => readsBody(expected) || expected.headers !== undefined);
  return {
    forClient: () => {
      let parts = next(nextNumber());
      let answer: Answer | undefined;
      // autocannon builds the first request when it is told of it.
      let isFirst = true;
      const setupRequest = (defaults: Request): Request => {
        if (!isFirst) parts = next(nextNumber());
        isFirst = false;
        return { ...defaults, body: undefined, ...requestOf(parts) } as Request;
      };
      const onResponse: Request["onResponse"] = (status, body, _, headers) => {
        answer = { status, body, head: headerLines(headers) };
      };
      return {
        request: {
          ...requestOf(parts),
          ...(changes ? { setupRequest } : {}),
          ...(looksInside ? { onResponse } : {}),
        },
        isIdempotent: () => isIdempotent(parts.kind.method),
        wrongWith: (status) => {
          try {
            mix.check(answer ?? { status }, parts.kind.expected);
          } catch (error) {
            return error;
          }
          return undefined;
        },
      };
    },
  };
}

function requestOf({ kind, path, headers, body }: RequestParts): Request {
  const method = kind.method as Exclude<Request["method"], undefined>;
  return { method, path, headers: { ...headers }, ...(body === undefined ? {} : { body }) };
}

function headerLines(headers: Request["headers"]): string {
  return Object.entries(headers ?? {})
    .flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}`))
    .join("\r\n");
}
