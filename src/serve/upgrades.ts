import { createServer, type IncomingMessage, ServerResponse } from "node:http";
import fastifyWebsocket from "@fastify/websocket";
import type { FastifyInstance } from "fastify";

/** Nothing larger is taken from a socket. */
const maxPayload = 1024;

/**
 * Lets routes be sockets. Only `Upgrade: websocket` leads to one; any other protocol that a client offers, such as `h2c`, is
 * passed over, and its request answered as if it had offered none (RFC 9110, section 7.8). Its body is not read then.
 */
export async function addSockets(app: FastifyInstance): Promise<void> {
  // It never listens: from here the plugin gets the upgrades that are its own.
  const toSockets = createServer();
  await app.register(fastifyWebsocket, { options: { maxPayload, server: toSockets } });
  app.server.on("upgrade", (request, socket, head) => {
    if (request.headers.upgrade?.toLowerCase() === "websocket")
      toSockets.emit("upgrade", request, socket, head);
    else answerPlainly(app, request);
  });
}

function answerPlainly(app: FastifyInstance, request: IncomingMessage): void {
  const { socket } = request;
  // Node has let go of the socket, and with it of its errors.
  socket.on("error", () => socket.destroy());
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  app.routing(request, response);
}
