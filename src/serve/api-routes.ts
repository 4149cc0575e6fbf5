import type { FastifyError, FastifyInstance } from "fastify";
import { DynoError, type ErrorCode, messageOf } from "../base/errors.ts";
import type { LiveRun } from "../measure/live-run.ts";
import type { ReportSummary } from "../measure/report-summary.ts";
import type { ReadScenarios, ScenarioSummary } from "../scenario/scenario-summary.ts";
import type { ReadReports } from "./read-reports.ts";
import type { RunDesk } from "./run-desk.ts";

/** What `POST /api/runs` takes. */
export interface BeginRun {
  /** The id of a scenario that `GET /api/scenarios` lists. */
  readonly scenario: string;
  readonly repeat?: number;
  readonly seed?: number;
}

/** What an error is answered with: what is wrong and the mend, in a line. */
export interface ApiError {
  readonly error: string;
}

/** What the API works with. */
export interface ApiParts {
  readonly desk: RunDesk;
  readonly readScenarios: ReadScenarios;
  readonly readReports: ReadReports;
}

/**
 * The API: scenarios and reports, the run under way, a new one, its end. Settings of a scenario cannot be changed from here:
 * some name commands that are run, and files that are read.
 */
export function addApi(app: FastifyInstance, { desk, readScenarios, readReports }: ApiParts): void {
  app.get("/api/scenarios", async (): Promise<readonly ScenarioSummary[]> => readScenarios());
  app.get("/api/reports", async (): Promise<readonly ReportSummary[]> => readReports());
  app.get("/api/runs/current", async (_, reply): Promise<LiveRun | ApiError> => {
    const run = desk.current();
    if (run === undefined) reply.code(404);
    return run ?? { error: "no run was started yet; POST /api/runs starts one" };
  });
  app.post<{ Body: BeginRun }>(
    "/api/runs",
    { schema: { body: beginRunSchema } },
    async ({ body }, reply): Promise<LiveRun | ApiError> => {
      const { scenario: id, ...options } = body;
      const scenarios = await readScenarios();
      const found = scenarios.find((one) => one.id === id);
      if (found === undefined) {
        reply.code(404);
        return { error: `there is no scenario ${JSON.stringify(id)}; GET /api/scenarios lists them` };
      }
      reply.code(202);
      return desk.begin({ scenario: found.scenario?.name ?? id, file: found.file, ...options });
    },
  );
  app.delete("/api/runs/current", async (_, reply): Promise<LiveRun> => {
    reply.code(202);
    return desk.cancel();
  });
  app.setNotFoundHandler((_, reply) =>
    reply.code(404).send({ error: "there is nothing here; the page is at /" }),
  );
  app.setErrorHandler<FastifyError>((error, _, reply) => {
    const { status, text } = answerTo(error);
    return reply.code(status).send({ error: text });
  });
}

const beginRunSchema = {
  type: "object",
  additionalProperties: false,
  required: ["scenario"],
  properties: {
    scenario: { type: "string", minLength: 1, maxLength: 200 },
    repeat: { type: "integer", minimum: 1, maximum: 1000 },
    seed: { type: "integer", minimum: 0, maximum: 4_294_967_295 },
  },
} as const;

const statuses: Partial<Readonly<Record<ErrorCode, number>>> = { conflict: 409, closed: 503 };

function answerTo(error: FastifyError): { readonly status: number; readonly text: string } {
  if (error instanceof DynoError) return { status: statuses[error.code] ?? 500, text: error.message };
  if (error.statusCode === 415)
    return { status: 415, text: "the body must be JSON; send it with content-type: application/json" };
  const [problem] = error.validation ?? [];
  if (problem === undefined) return { status: error.statusCode ?? 500, text: messageOf(error) };
  const place = problem.instancePath.slice(1);
  const extra = problem.params.additionalProperty;
  if (typeof extra === "string")
    return { status: 400, text: `${extra} is not known; there are scenario, repeat and seed` };
  return { status: 400, text: `${place === "" ? "the body" : place} ${problem.message ?? "is wrong"}` };
}
