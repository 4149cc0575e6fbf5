import type { ResilienceSnapshot } from "../resilience/resilience.ts";
import type { Labels, MetricFamily } from "./metric-family.ts";
import { createPipelineFamilies, type WatchedPipelines } from "./pipeline-families.ts";
import { createResilienceFamilies } from "./resilience-families.ts";

/** What metrics are read from. */
export interface Watched {
  readonly engine?: { counters(): Readonly<Record<string, number>> };
  readonly resilience?: { snapshot(): ResilienceSnapshot };
  readonly pipelines?: WatchedPipelines;
}

interface CounterRow {
  /** The name in `engine.counters()`. */
  readonly counter: string;
  readonly name: string;
  readonly help: string;
  readonly type: MetricFamily["type"];
}

function total(counter: string, name: string, help: string): CounterRow {
  return { counter, name: `dyno_engine_${name}_total`, help, type: "counter" };
}

function gauge(counter: string, name: string, help: string): CounterRow {
  return { counter, name: `dyno_engine_${name}`, help, type: "gauge" };
}

/** Every counter of the engine and its stores, and what Prometheus calls it. */
export const counterRows: readonly CounterRow[] = [
  total("published", "events_published", "Events handed to the bus."),
  total("duplicates", "duplicate_publishes", "Publishes whose idempotency key was known."),
  total("handler_errors", "handler_errors", "Calls of a subscriber's handler that threw or rejected."),
  total("on_error_threw", "error_listener_failures", "Times that the listener for errors itself threw."),
  total("lost_accepted", "accepted_events_lost", "Events that were accepted and could not be stored."),
  gauge("pending_events", "pending_events", "Events that wait for their acknowledgement."),
  gauge("pending_bytes", "pending_bytes", "Bytes of data that wait for their acknowledgement."),
  gauge("dedup_keys", "dedup_keys", "Idempotency keys in the window."),
  total("dedup_overflows", "dedup_overflows", "Times that keys were forgotten before their time."),
  total("entries", "store_entries", "Batches that the store wrote."),
  total("events", "store_events", "Events that the store wrote."),
  total("bytes", "store_bytes", "Bytes that the store wrote."),
  total("reconnects", "store_reconnects", "Times that the connection to the store came back."),
  total("resends", "store_resends", "Batches that were sent again."),
  total("already_stored", "store_batches_found", "Batches that were found stored after a lost connection."),
  total("lost_by_server", "store_batches_lost", "Acknowledged batches that the server no longer had."),
  total(
    "resent_after_loss",
    "store_resends_after_loss",
    "Batches that a server had lost and was given again.",
  ),
  total("spool_outages", "spool_outages", "Times that the fallback took over from the store."),
  total("spool_events", "spool_events", "Events that the fallback took."),
  total("spool_drained", "spool_events_drained", "Events that were brought home from the fallback."),
  total("spool_found_at_home", "spool_events_found", "Events in doubt that the store was found to have."),
  total("spool_refused", "spool_events_refused", "Events that a full fallback refused."),
  gauge("spool_waiting", "spool_events_waiting", "Events that wait in the fallback to be brought home."),
  gauge("spool_bytes", "spool_bytes", "Bytes that the fallback holds."),
  total("outages", "store_outages", "Times that the store was away for too long."),
  total("syncs", "store_syncs", "Times that the log was synced to the disk."),
  total("segments", "store_segments", "Segment files that were begun."),
  total("torn_bytes", "store_torn_bytes", "Bytes that were cut off the end of the log on opening."),
  total("group_handled", "group_events_handled", "Events that the groups' handlers were done with."),
  total("group_passed_over", "group_events_passed_over", "Events that a group's pattern does not match."),
  total("group_failures", "group_handler_failures", "Calls of a group's handler that threw or rejected."),
  total("group_dead_letters", "group_dead_letters", "Events that a group gave up."),
  total("group_redelivered_entries", "group_redelivered_entries", "Batches that were handed out again."),
  total(
    "group_claimed_entries",
    "group_claimed_entries",
    "Batches that were taken over from another consumer.",
  ),
  total(
    "group_lost_entries",
    "group_lost_entries",
    "Batches that were trimmed before a group was done with them.",
  ),
  total("group_regrouped", "group_regroups", "Times that a group was gone and was made again."),
  gauge("group_in_flight", "group_events_in_flight", "Events that handlers are working on."),
  gauge("group_ready", "group_events_ready", "Events that wait for a handler."),
  gauge("group_retrying", "group_events_retrying", "Events that wait for their next try."),
  gauge("group_waiting_for_key", "group_events_behind_key", "Events that wait for one of the same key."),
  gauge("group_lag_seconds", "group_lag_seconds", "Age of the oldest event that a group is not done with."),
  gauge("group_open_entries", "group_open_entries", "Batches that are handed out and not acknowledged."),
];

/** The metrics of what is watched; several engines in one process are added up. */
export function createEngineFamilies(watched: readonly Watched[]): MetricFamily[] {
  const ofEngines = counterRows.map(({ counter, name, help, type }) => ({
    name,
    help,
    type,
    samples: () => sumOf(watched, counter),
  }));
  const snapshots = (): ResilienceSnapshot[] =>
    watched.flatMap(({ resilience }) => (resilience === undefined ? [] : [resilience.snapshot()]));
  const pipelines = (): WatchedPipelines[] =>
    watched.flatMap((each) => (each.pipelines === undefined ? [] : [each.pipelines]));
  return [...ofEngines, ...createResilienceFamilies(snapshots), ...createPipelineFamilies(pipelines)];
}

function sumOf(watched: readonly Watched[], counter: string): Iterable<readonly [Labels, number]> {
  const values = watched
    .map(({ engine }) => engine?.counters()[counter])
    .filter((value) => value !== undefined);
  return values.length === 0 ? [] : [[{}, values.reduce((sum, value) => sum + value, 0)]];
}
