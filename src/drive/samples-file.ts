import { createWriteStream } from "node:fs";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { SampleSink } from "../measure/recorder.ts";

/** Writes every operation to a file. */
export interface SamplesFile {
  /** The sink for one phase. */
  readonly sink: (phase: string) => SampleSink;
  /** Writes what is left; rejects where the file could not be written. */
  close(): Promise<void>;
}

const flushCharacters = 65_536;

/**
 * Opens a compressed NDJSON file: one object an operation, `{trial, phase, dueUs, sentUs, doneUs, error?}`, times in
 * microseconds from the start of the phase. Costs about a microsecond an operation.
 */
export function openSamplesFile(path: string, trial: number): SamplesFile {
  const lines = new PassThrough();
  const written = pipeline(lines, createGzip(), createWriteStream(path));
  written.catch(() => undefined);
  let text = "";
  return {
    sink: (phase) => {
      const head = `{"trial":${trial},"phase":${JSON.stringify(phase)},"dueUs":`;
      return (due, sent, done, error) => {
        const tail = error === "" ? "}\n" : `,"error":${JSON.stringify(error)}}\n`;
        text += `${head}${due.toFixed(1)},"sentUs":${sent.toFixed(1)},"doneUs":${done.toFixed(1)}${tail}`;
        if (text.length < flushCharacters) return;
        lines.write(text);
        text = "";
      };
    },
    close: async () => {
      lines.end(text);
      await written;
    },
  };
}
