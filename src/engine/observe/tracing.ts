import { context, type SpanContext, SpanKind, SpanStatusCode, type Tracer, trace } from "@opentelemetry/api";
import { messageOf } from "../../base/errors.ts";
import type { Scope } from "../observer.ts";
import { isSampled } from "./sampling.ts";

/** Makes a span of each piece of work. */
export interface Tracing {
  /** Calls `work` in a span and with the span's `traceparent`, which events that it publishes carry on. */
  around<Result>(scope: Scope, work: (traceparent: string | undefined) => Result): Result;
}

/** How to trace. */
export interface TracingOptions {
  /** The share of correlations that are traced, 0 to 1, where no span came with the event. Default 1. */
  readonly share?: number;
}

/**
 * Creates tracing by the OpenTelemetry SDK that the program registered; undefined where there is none, so that nothing
 * is done for nobody.
 */
export function createTracing({ share = 1 }: TracingOptions = {}): Tracing | undefined {
  const tracer = trace.getTracer("ag06-dyno");
  return hasSdk(tracer) ? { around: (scope, work) => inSpan(tracer, share, scope, work) } : undefined;
}

/** Without an SDK the API gives spans of no trace. */
function hasSdk(tracer: Tracer): boolean {
  const span = tracer.startSpan("dyno probe", { root: true });
  const { traceId } = span.spanContext();
  // Not ended, it is never exported.
  return /[1-9a-f]/.test(traceId);
}

function inSpan<Result>(
  tracer: Tracer,
  share: number,
  scope: Scope,
  work: (traceparent: string | undefined) => Result,
): Result {
  const { event } = scope;
  const parent = parentOf(event.traceparent);
  if (parent === undefined && !isSampled(event.correlationId ?? event.id, share)) return work(undefined);
  const active = context.active();
  const span = tracer.startSpan(
    `${scope.kind} ${scope.name}`,
    { kind: scope.kind === "step" ? SpanKind.INTERNAL : SpanKind.CONSUMER, attributes: attributesOf(scope) },
    parent === undefined ? active : trace.setSpanContext(active, parent),
  );
  const fail = (error: unknown): never => {
    span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
    span.end();
    throw error;
  };
  let result: Result;
  try {
    result = context.with(trace.setSpan(active, span), () => work(traceparentOf(span.spanContext())));
  } catch (error) {
    return fail(error);
  }
  if (!(result instanceof Promise)) {
    span.end();
    return result;
  }
  return result.then((value) => {
    span.end();
    return value;
  }, fail) as Result;
}

/** By OpenTelemetry's conventions for messaging. */
function attributesOf({ kind, name, event, attempt, runId }: Scope): Record<string, string | number> {
  return {
    "messaging.system": "dyno",
    "messaging.operation.type": "process",
    "messaging.destination.name": event.topic,
    "messaging.message.id": event.id,
    "messaging.message.conversation_id": event.correlationId ?? event.id,
    ...(kind === "group" ? { "messaging.consumer.group.name": name } : {}),
    ...(attempt === undefined ? {} : { "dyno.attempt": attempt }),
    ...(runId === undefined ? {} : { "dyno.run.id": runId }),
  };
}

function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
}

/** W3C Trace Context, section 3.2; anything else is as if there were none. */
function parentOf(traceparent: string | undefined): SpanContext | undefined {
  const parts = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent ?? "");
  const [, traceId, spanId, flags] = parts ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}
