import { formatBytes } from "../base/units.ts";
import type { Environment } from "../measure/result.ts";

/** What a measurement stood on, as names and texts in the order in which people want to read them. */
export function environmentFacts(on: Environment): readonly (readonly [name: string, value: string])[] {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["CPU", `${on.cpuModel} · ${on.cores} cores`],
    ["Governor", on.governor],
    ["Memory", `${formatBytes(on.memoryBytes)}${on.swap === undefined ? "" : ` · swap ${on.swap}`}`],
    ["OS", on.os],
    ["Kernel", on.kernel],
    ["Container", on.container],
    ["Node.js", `${on.node} · V8 ${on.v8}`],
    ["dyno", on.dynoVersion],
    [
      "Commit",
      on.gitRevision && `${on.gitRevision}${on.gitDirty ? ", with uncommitted changes" : ", clean tree"}`,
    ],
    ["Lock file", on.lockHash],
    ["Services", on.services.length === 0 ? undefined : on.services.join("; ")],
  ];
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}
