/** Starts a server with a child in its group, says the ids of both, and then waits to be killed. */
import { createOutputLog } from "../../src/drive/services/output-log.ts";
import { startServer } from "../../src/drive/services/server-process.ts";

const log = createOutputLog();
const listen = "require('node:http').createServer().listen(process.env.PORT, '127.0.0.1')";
const server = await startServer(
  {
    command: `sleep 1000 & echo $!; node -e "${listen}"`,
    env: {},
    ready: { within: 20_000 },
    stop: { signal: "SIGTERM", within: 5000 },
  },
  { env: process.env, dir: ".", log, signal: AbortSignal.timeout(20_000) },
);
process.stdout.write(`${server.group} ${log.lastLines(1)}\n`);
setInterval(() => undefined, 1000);
