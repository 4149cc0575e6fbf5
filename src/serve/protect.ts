import type { FastifyInstance, FastifyRequest } from "fastify";
import { type AccessRules, admit, type Caller } from "./access.ts";

/** Holds every request to the rules of access, also those for what does not exist, and gives every answer its guards. */
export function protect(app: FastifyInstance, rules: AccessRules): void {
  app.addHook("onRequest", async (request, reply) => {
    const admission = admit(callerOf(request), rules);
    if (admission.kind === "refuse") return reply.code(admission.status).send({ error: admission.why });
    // The token leaves the address at once: it must not stay in the browser's history.
    if (admission.kind === "welcome")
      return reply.header("set-cookie", admission.cookie).redirect(pathOf(request), 303);
  });
  // An upgrade that was answered, and so refused, is a connection that nobody looks after any more.
  app.addHook("onResponse", async ({ headers, raw }) => {
    if (headers.upgrade !== undefined) raw.socket.end();
  });
  app.addHook("onSend", async (_, reply) => {
    reply.header("x-content-type-options", "nosniff");
    reply.header("referrer-policy", "no-referrer");
    reply.header("cross-origin-resource-policy", "same-origin");
    if (!reply.hasHeader("cache-control")) reply.header("cache-control", "no-store");
  });
}

function callerOf(request: FastifyRequest): Caller {
  const { host, origin, authorization, cookie, upgrade } = request.headers;
  const queryToken = new URLSearchParams(request.url.split("?")[1]).get("token");
  return {
    method: request.method,
    path: pathOf(request),
    isUpgrade: upgrade !== undefined,
    headers: { host, origin, authorization, cookie },
    ...(queryToken === null ? {} : { queryToken }),
  };
}

/** Of one slash at its front, so that a redirect to it cannot lead to another host. */
function pathOf({ url }: FastifyRequest): string {
  return `/${(url.split("?")[0] ?? "").replace(/^[/\\]+/, "")}`;
}
