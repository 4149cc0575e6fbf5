import type { TargetSchemas } from "./schema.ts";

/** A scenario's values as a file says them, with the load of its kind of target where the file has none. */
export function withDefaultLoad(written: unknown, targets: TargetSchemas): unknown {
  if (!isObject(written) || "load" in written || !isObject(written.target)) return written;
  const { kind } = written.target;
  const load = typeof kind === "string" ? targets[kind]?.defaultLoad : undefined;
  return load === undefined ? written : { ...written, load };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
