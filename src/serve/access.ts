import { createHash, timingSafeEqual } from "node:crypto";

/** Who may use the server. */
export interface AccessRules {
  /** The name or address that it is bound to. */
  readonly host: string;
  /** What a caller must show; absent only on loopback. */
  readonly token?: string;
}

/** The parts of a request that decide. */
export interface Caller {
  readonly method: string;
  readonly path: string;
  readonly isUpgrade: boolean;
  /** The `token` of the query. */
  readonly queryToken?: string;
  readonly headers: {
    readonly host?: string | undefined;
    readonly origin?: string | undefined;
    readonly authorization?: string | undefined;
    readonly cookie?: string | undefined;
  };
}

/** What becomes of a request. `welcome`: its token is right, and is kept as a cookie from now on. */
export type Admission =
  | { readonly kind: "pass" }
  | { readonly kind: "welcome"; readonly cookie: string }
  | { readonly kind: "refuse"; readonly status: 401 | 403; readonly why: string };

/** Whether what is bound to this name can be reached from this machine alone. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * Decides on a request. On loopback its Host must be a loopback name, which stops a foreign page whose name was rebound to
 * this machine; what changes something must come from the server's own pages, where it comes from a page at all; and where
 * there is a token, it must be shown: as `Authorization: Bearer`, as our cookie, or once as `?token=`.
 */
export function admit(caller: Caller, { host, token }: AccessRules): Admission {
  if (isLoopback(host) && !isLoopback(nameOf(caller.headers.host)))
    return refuse(403, "this server answers to localhost alone");
  if (changesSomething(caller) && !isOwnPage(caller.headers))
    return refuse(403, "this came from a page of another site");
  if (token === undefined || caller.path === "/healthz") return { kind: "pass" };
  if (caller.queryToken !== undefined && caller.method === "GET") {
    if (!isSame(caller.queryToken, token)) return refuse(401, "the token is wrong");
    return { kind: "welcome", cookie: `${cookieName}=${cookieValue(token)}; Path=/; HttpOnly; SameSite=Lax` };
  }
  const bearer = /^Bearer (.+)$/i.exec(caller.headers.authorization ?? "")?.[1];
  if (bearer !== undefined && isSame(bearer, token)) return { kind: "pass" };
  const cookie = new RegExp(`(?:^|;\\s*)${cookieName}=([0-9a-f]+)`).exec(caller.headers.cookie ?? "")?.[1];
  if (cookie !== undefined && isSame(cookie, cookieValue(token))) return { kind: "pass" };
  return refuse(
    401,
    "this server asks for its token: open /?token=TOKEN once, or send Authorization: Bearer TOKEN",
  );
}

const cookieName = "dyno_serve";

/** A cookie is shown in more places than a token should be, so it holds only what follows from it. */
function cookieValue(token: string): string {
  return createHash("sha256").update(`dyno serve cookie ${token}`).digest("hex");
}

function refuse(status: 401 | 403, why: string): Admission {
  return { kind: "refuse", status, why };
}

/** In constant time, whatever the lengths: digests are compared. */
function isSame(shown: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(shown), digest(wanted));
}

/** A Host header without its port and brackets. */
function nameOf(host: string | undefined): string {
  return (host ?? "")
    .replace(/:\d+$/, "")
    .replace(/^\[(.*)\]$/, "$1")
    .toLowerCase();
}

function changesSomething({ method, isUpgrade }: Caller): boolean {
  return isUpgrade || (method !== "GET" && method !== "HEAD");
}

/** Browsers name the origin of what a page sends; other programs name none. */
function isOwnPage({ origin, host }: Caller["headers"]): boolean {
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
