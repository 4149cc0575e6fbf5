import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../base/errors.ts";
import type { RunResult } from "../measure/result.ts";

/** The table of outputs: file name, and the pure function that makes it. One line adds one; result.json comes first. */
const publishers: readonly {
  readonly file: string;
  readonly render: (result: RunResult) => Promise<string>;
}[] = [
  { file: "result.json", render: async (result) => (await import("./json.ts")).renderJson(result) },
  {
    file: "report.html",
    render: async (result) => (await import("./html/render-html.ts")).renderHtml(result),
  },
  {
    file: "metrics.prom",
    render: async (result) => (await import("./prometheus.ts")).renderPrometheus(result),
  },
];

/** What was written, and what could not be. */
export interface Published {
  /** Paths of the files. */
  readonly files: readonly string[];
  /** One line for each output that failed; the others are there. */
  readonly failures: readonly string[];
}

/** Writes every output of a run into a folder, which is made where it is missing. */
export async function publishAll(result: RunResult, dir: string): Promise<Published> {
  const files: string[] = [];
  const failures: string[] = [];
  for (const { file, render } of publishers) {
    const path = join(dir, file);
    try {
      await mkdir(dir, { recursive: true });
      await writeWhole(path, await render(result));
      files.push(path);
    } catch (error) {
      failures.push(`${path} could not be written: ${messageOf(error)}`);
    }
  }
  return { files, failures };
}

/** A reader finds the old file or the new one, never half of it. */
async function writeWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  await writeFile(draft, text);
  await rename(draft, path);
}
