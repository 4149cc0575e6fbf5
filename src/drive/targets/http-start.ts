import { z } from "zod";
import { durationMs } from "../../base/unit-schema.ts";
import type { ServerStart } from "../services/server-process.ts";
import { fixedPort, portOf } from "../services/server-readiness.ts";

const portText = "expected auto, or a port from 1 to 65535";
const commandText = "expected a command for the shell, or a list of a program and its arguments";

const ready = z.strictObject({
  port: z
    .union([z.literal("auto"), z.int().min(1, portText).max(65_535, portText)], portText)
    .optional()
    .describe("The port that it listens on; auto (the default): a free one, which it is told as PORT."),
  url: z
    .string()
    .refine(
      (url) => url.startsWith("/") || (/^https?:/.test(url) && URL.canParse(url)),
      "write a path such as /healthz, or a whole URL",
    )
    .optional()
    .describe("A path or URL that has to answer. Default: it has to take a connection on its port."),
  status: z
    .int()
    .min(100)
    .max(599)
    .optional()
    .describe("The status that the URL has to answer with. Default: any of 2xx and 3xx."),
  within: durationMs(1000).default(10_000).describe("How long that may take. Default: 10s."),
});

const stop = z.strictObject({
  signal: z
    .enum(["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGKILL"])
    .default("SIGTERM")
    .describe("What its process group is sent at the end. Default: SIGTERM."),
  within: durationMs(1000)
    .default(5000)
    .describe("After this long all of the group are killed. Default: 5s."),
});

const value = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** The user's own server: how dyno starts it for each trial, knows that it is ready, and ends it. */
export const serverStart: z.ZodType<ServerStart> = z
  .strictObject({
    command: z
      .union(
        [z.string().min(1, commandText), z.array(z.string().min(1, commandText)).min(1, commandText)],
        commandText,
      )
      .describe(
        "A text is for the shell (node server.mjs --port $PORT); a list is a program and its arguments.",
      ),
    cwd: z.string().optional().describe("Relative to the folder of the scenario. Default: that folder."),
    env: z
      .record(z.string(), value)
      .default({})
      .describe("Variables beside those of dyno's own environment."),
    ready: ready.prefault({}).describe("By what it is known to be ready."),
    stop: stop.prefault({}).describe("How it is ended."),
  })
  .describe(
    "Starts your own server for each trial, on the loopback address, and ends it with its whole process group.",
  );

/** What is wrong with a target's `url` beside `start`: a whole one has to be where the started server is. Undefined where nothing is. */
export function strayUrl(url: string, { ready: rule }: ServerStart): string | undefined {
  if (url.startsWith("/") || !URL.canParse(url)) return undefined;
  const whole = new URL(url);
  const port = fixedPort(rule);
  const asked = rule.url !== undefined && URL.canParse(rule.url) ? new URL(rule.url).origin : undefined;
  if (portOf(whole) === port || whole.origin === asked) return undefined;
  const where = port === undefined ? "a port that dyno chooses" : `port ${port}`;
  const mend =
    whole.protocol === "https:"
      ? `give it that port, which TLS needs: \`ready: { port: ${portOf(whole)} }\``
      : `write the path alone, or give it that port: \`ready: { port: ${portOf(whole)} }\``;
  return `is not where the server of \`start\` is, which has ${where}; ${mend}`;
}
