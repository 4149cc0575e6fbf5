/** Names in INFO that are worth watching during a run, and what they are called in a result. */
const watched: readonly (readonly [field: string, name: string])[] = [
  ["used_memory", "redis_used_memory_bytes"],
  ["connected_clients", "redis_connected_clients"],
  ["total_commands_processed", "redis_commands_total"],
  ["total_error_replies", "redis_error_replies_total"],
  ["total_net_input_bytes", "redis_net_input_bytes_total"],
  ["total_net_output_bytes", "redis_net_output_bytes_total"],
  ["evicted_keys", "redis_evicted_keys_total"],
  ["aof_current_size", "redis_aof_size_bytes"],
  ["aof_delayed_fsync", "redis_aof_delayed_fsyncs_total"],
];

/** The lines of an INFO reply as names and values. */
export function parseInfo(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...text.matchAll(/^([a-z_0-9]+):(.*?)\r?$/gm)].map((m) => [m[1] ?? "", (m[2] ?? "").trim()]),
  );
}

/** The figures of an INFO reply that are worth watching; one that the server does not give is left out. */
export function watchedFigures(info: Readonly<Record<string, string>>): Record<string, number> {
  const figures = watched.map(([field, name]) => [name, Number(info[field] ?? Number.NaN)] as const);
  return Object.fromEntries(figures.filter(([, value]) => Number.isFinite(value)));
}

/**
 * CPU time of the server since it started, all threads and ended children (rewrites of its file), in microseconds.
 * A server that was restarted begins at 0 again.
 */
export function cpuMicrosOf(info: Readonly<Record<string, string>>): number {
  const fields = ["used_cpu_sys", "used_cpu_user", "used_cpu_sys_children", "used_cpu_user_children"];
  return fields.reduce((sum, field) => sum + Number(info[field] ?? 0) * 1e6, 0);
}
