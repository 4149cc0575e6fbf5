import { z } from "zod";
import { count, durationMs } from "../../base/unit-schema.ts";
import { expectation } from "./http-expect-settings.ts";
import { requestProblems } from "./http-places.ts";
import { serverStart, strayUrl } from "./http-start.ts";

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

const headers = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String))
  .describe("Header lines, such as `{ authorization: Bearer ${TOKEN} }`; with places as in `body`.");

const places = "{{n}}, {{int 1 100}}, {{text 16}}, {{uuid}}, {{pick a b}} and {{users.id}} are filled in";

const content = {
  body: z.string().optional().describe(`The body as a text; ${places} for each request.`),
  bodyFile: z.string().min(1).optional().describe("A file with the body, beside the scenario; with places."),
  json: z.unknown().optional().describe("The body as a value, sent as JSON; its texts may have places."),
};

const path = z
  .string()
  .regex(/^(\/|\{\{)/, "begin with /")
  .describe("What is asked for, such as /users/{{users.id}}; with places as in `body`.");

const request = z.strictObject({
  name: z.string().min(1).optional().describe("For messages. Default: its method and path."),
  weight: count({ min: 1, max: 10_000 })
    .default(1)
    .describe("How often it comes by those of the others; in a sequence, how often in a row."),
  method: z.enum(methods).default("GET"),
  path: path.optional().describe("Default: the path of `url`."),
  headers: headers.default({}).describe("Besides those of the target."),
  ...content,
  expect: expectation.optional().describe("In place of that of the target."),
});

/** The settings of the HTTP target. */
export const httpSettings = z
  .strictObject({
    kind: z.literal("http"),
    url: z
      .string()
      .regex(
        /^(https?:\/\/[^/?#@\s]+)?(\/[^#]*)?$/,
        "expected a URL such as http://127.0.0.1:8080/path (without user and #), or the path of a server that `start` starts",
      )
      .default("/")
      .describe(
        "Where the server is, and what is asked for; a path alone where dyno starts the server (over TLS: the whole URL, with the port in `ready`).",
      ),
    method: z.enum(methods).default("GET"),
    headers: headers.default({}),
    ...content,
    expect: expectation
      .prefault({})
      .describe("What an answer must be to count as one. Default: a status from 200 to 399."),
    requests: z.array(request).min(1).optional().describe("Several kinds of requests, in place of the one."),
    order: z
      .enum(["sequence", "mix"])
      .default("sequence")
      .describe("sequence: requests in the order given, again and again. mix: each drawn by its weight."),
    data: z
      .record(
        z.string().regex(/^[A-Za-z][\w-]*$/, "begin with a letter, then letters, digits, - and _ only"),
        z.string().min(1),
      )
      .default({})
      .describe(
        "CSV files by name, such as `{ users: users.csv }`, whose first line names the columns. Each request draws one row of each.",
      ),
    connections: count({ min: 1, max: 20_000 })
      .optional()
      .describe(
        "Connections at most. Default: 256, or one for each client of a closed loop where that is more; they are opened as they are needed.",
      ),
    pipelining: z
      .int()
      .min(1)
      .max(1000)
      .default(1)
      .describe(
        "Requests that wait for their answers on one connection. 1: none is sent before the last was answered.",
      ),
    timeout: durationMs(1000)
      .default(5000)
      .describe("How long an answer may take once its request was sent."),
    closedLoop: z
      .enum(["dyno", "autocannon"])
      .default("dyno")
      .describe(
        "What drives closed phases (`concurrency`). autocannon: as a library, where it can do what is asked; it costs about 1.7 times the CPU.",
      ),
    tls: z
      .strictObject({
        ca: z
          .string()
          .min(1)
          .optional()
          .describe("A file with the certificate (PEM) that signed the server's."),
        insecure: z.boolean().default(false).describe("Takes any certificate: for servers of tests alone."),
      })
      .default({ insecure: false })
      .describe("For https."),
    start: serverStart.optional(),
  })
  .superRefine((settings, context) => {
    // Their columns are not known before their files are read.
    const data = Object.fromEntries(Object.keys(settings.data).map((name) => [name, undefined]));
    for (const { path: at, message } of requestProblems(settings, data))
      context.addIssue({ code: "custom", path: [...at], message });
    if (settings.url.startsWith("/") && settings.start === undefined) {
      context.addIssue({
        code: "custom",
        path: ["url"],
        message:
          "names no server: write a URL such as http://127.0.0.1:8080/path, or how one is started (`start`)",
      });
    }
    const stray = settings.start && strayUrl(settings.url, settings.start);
    if (stray !== undefined) context.addIssue({ code: "custom", path: ["url"], message: stray });
  });

/** The settings after checking: `timeout` in milliseconds. */
export type HttpSettings = z.output<typeof httpSettings>;
