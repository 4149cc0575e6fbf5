import { type DestinationStream, type Logger, type LoggerOptions, pino } from "pino";
import { isSampled } from "./sampling.ts";
import { currentWork } from "./work-context.ts";

/** How to log. */
export interface LogOptions {
  /** Default `info`. */
  readonly level?: LoggerOptions["level"];
  /** The share of correlations, 0 to 1, whose debug and trace lines are kept. Default 1. */
  readonly debugShare?: number;
  /** Default: stdout. */
  readonly destination?: DestinationStream;
}

const highestSampledLevel = 20;

/**
 * Creates a log of JSON lines. Each line that is written inside a handler or a step carries `correlationId`,
 * `causationId`, what it belongs to (`group` and the like) and, in a pipeline, `runId`.
 */
export function createLog({ level = "info", debugShare = 1, destination }: LogOptions = {}): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    mixin: () => fieldsOfWork(),
    hooks: {
      logMethod(args, method, lineLevel) {
        const work = lineLevel <= highestSampledLevel ? currentWork() : undefined;
        if (work === undefined || isSampled(work.correlationId, debugShare)) method.apply(this, args);
      },
    },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

function fieldsOfWork(): Record<string, unknown> {
  const work = currentWork();
  if (work === undefined) return {};
  const { correlationId, causationId, runId, scope } = work;
  return {
    correlationId,
    causationId,
    [scope.kind]: scope.name,
    ...(scope.attempt === undefined ? {} : { attempt: scope.attempt }),
    ...(runId === undefined ? {} : { runId }),
  };
}
