import { get as getHttp } from "node:http";
import { get as getHttps } from "node:https";
import { createConnection } from "node:net";
import { messageOf } from "../../base/errors.ts";
import { freePort } from "./free-port.ts";

/** By what a server is known to be ready. */
export interface ReadyRule {
  /** The port that it listens on, of the loopback address. `auto`: a free one, which it is told as PORT. Default: that of `url`, else `auto`. */
  readonly port?: number | "auto" | undefined;
  /** A path, or a whole URL, that has to answer; absent: the port has to take a connection. */
  readonly url?: string | undefined;
  /** The status that the URL has to answer with; absent: any of 2xx and 3xx. */
  readonly status?: number | undefined;
}

/** Asks a server whether it is ready. */
export interface Readiness {
  readonly port: number;
  /** Whether the rule names the port, so that another process may have it. */
  readonly isFixed: boolean;
  /** What is waited for, in words: `a connection to port 8080`. */
  readonly condition: string;
  /** Where it can be reached, such as `http://127.0.0.1:8080`; or why it is not ready. */
  ask(): Promise<{ readonly origin: string } | { readonly problem: string }>;
}

/** A server may be bound to one of them alone, as to `localhost`. */
const hosts = ["127.0.0.1", "::1"] as const;
const askTimeoutMs = 2000;

/** The port that the rule names, itself or by its URL; undefined where dyno is to choose one. */
export function fixedPort({ port, url }: ReadyRule): number | undefined {
  if (port !== undefined) return port === "auto" ? undefined : port;
  const whole = wholeUrl(url);
  return whole === undefined ? undefined : portOf(whole);
}

/** The port of a URL of HTTP, also where it is the one that goes without saying. */
export function portOf({ port, protocol }: URL): number {
  return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
}

function wholeUrl(url: string | undefined): URL | undefined {
  return url === undefined || url.startsWith("/") ? undefined : new URL(url);
}

/** Chooses the port where the rule does not. A URL must have been checked to be one. */
export async function planReadiness(rule: ReadyRule): Promise<Readiness> {
  const { url, status } = rule;
  const whole = wholeUrl(url);
  const named = fixedPort(rule);
  const port = named ?? (await freePort());
  const fixed = { port, isFixed: named !== undefined };
  if (url === undefined) {
    return { ...fixed, condition: `a connection to port ${port}`, ask: () => askPort(port) };
  }
  const answer = status === undefined ? "2xx or 3xx" : String(status);
  const shown = whole?.href ?? `http://127.0.0.1:${port}${url}`;
  return {
    ...fixed,
    condition: `${answer} from ${shown}`,
    ask: async () => {
      if (whole !== undefined) return askUrl(whole, status);
      const reached = await askPort(port);
      return "problem" in reached ? reached : askUrl(new URL(url, reached.origin), status);
    },
  };
}

/** Whether anybody takes connections on this port. */
export async function isTaken(port: number): Promise<boolean> {
  return "origin" in (await askPort(port));
}

async function askPort(port: number): ReturnType<Readiness["ask"]> {
  let problem = "";
  for (const host of hosts) {
    const refusal = await connectTo(host, port);
    if (refusal === undefined) {
      return { origin: `http://${host.includes(":") ? `[${host}]` : host}:${port}` };
    }
    if (problem === "") problem = refusal;
  }
  return { problem };
}

/** Undefined where it was taken. */
function connectTo(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port });
    socket.setTimeout(askTimeoutMs, () => socket.destroy(new Error("no answer")));
    socket.once("connect", () => {
      resolve(undefined);
      socket.destroy();
    });
    socket.once("error", (error) => resolve(reasonOf(error)));
  });
}

function askUrl(url: URL, status: number | undefined): ReturnType<Readiness["ask"]> {
  const isAwaited = (found: number): boolean =>
    status === undefined ? found >= 200 && found < 400 : found === status;
  return new Promise((resolve) => {
    const get = url.protocol === "https:" ? getHttps : getHttp;
    // Whether a certificate is good is for the load to say.
    const options = { agent: false, timeout: askTimeoutMs, rejectUnauthorized: false };
    const request = get(url, options, (response) => {
      response.resume();
      const found = response.statusCode ?? 0;
      resolve(isAwaited(found) ? { origin: url.origin } : { problem: `status ${found}` });
      request.destroy();
    });
    request.once("timeout", () => request.destroy(new Error("no answer")));
    request.on("error", (error) => resolve({ problem: reasonOf(error) }));
  });
}

function reasonOf(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? messageOf(error);
}
