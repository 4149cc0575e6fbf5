import { Writable } from "node:stream";
import { createLogUpdate } from "log-update";
import { formatCount, formatDuration, formatRate } from "../../base/units.ts";
import type { ProgressEvent } from "../../drive/progress.ts";
import { describeMarkNow } from "../../measure/describe-mark.ts";
import type { Interval } from "../../measure/result.ts";
import type { Output } from "./output.ts";
import type { Colours } from "./symbols.ts";

/** Shows a run while it goes on. */
export interface LiveView {
  show(event: ProgressEvent): void;
  /** Leaves the terminal as a person wants to find it. */
  close(): void;
}

/** What to show a run on. */
export interface LiveViewOptions {
  readonly output: Output;
  readonly colours: Colours;
  readonly name: string;
  /** Repaints one block in place; otherwise plain lines are written. */
  readonly block: boolean;
}

/** Creates the view: a block repainted in place for a terminal, else a line for each phase and every ten seconds. */
export function createLiveView(options: LiveViewOptions): LiveView {
  return options.block ? createBlockView(options) : createLineView(options);
}

const lineEveryMs = 10_000;

function createLineView({ output, name }: LiveViewOptions): LiveView {
  let lastLineAtMs = 0;
  const line = (text: string): void => output.write(`${name}: ${text}\n`);
  return {
    show: (event) => {
      if (event.type === "service") line(event.text);
      if (event.type === "trial" && event.of > 1) line(`trial ${event.trial + 1} of ${event.of}`);
      if (event.type === "phase") {
        lastLineAtMs = 0;
        line(`${event.kind === "warmup" ? "warm-up" : event.phase}: ${event.summary}`);
      }
      if (event.type === "fault") line(describeMarkNow(event.mark));
      if (event.type === "interval") {
        const { interval } = event;
        if (lastLineAtMs === 0) lastLineAtMs = interval.atMs;
        if (interval.atMs + interval.lengthMs - lastLineAtMs < lineEveryMs) return;
        lastLineAtMs = interval.atMs + interval.lengthMs;
        line(`${interval.phase}: ${figuresOf(interval).join(", ")}`);
      }
    },
    close: () => undefined,
  };
}

function createBlockView({ output, colours, name }: LiveViewOptions): LiveView {
  const update = createLogUpdate(streamOf(output));
  let trial = "";
  let phase: Extract<ProgressEvent, { type: "phase" }> | undefined;
  let phaseStartMs: number | undefined;
  let note = "";
  let faultNote = "";
  const paint = (interval?: Interval): void => {
    const doneMs = interval ? interval.atMs + interval.lengthMs - (phaseStartMs ?? interval.atMs) : 0;
    const title =
      phase?.kind === "warmup"
        ? `warm-up, ${phase.summary}`
        : `${phase?.phase ?? ""} ${phase?.summary ?? ""}`;
    const lines = [
      `${colours.bold(name)}${trial}  ${phase ? title : note}`,
      phase ? progressBar(doneMs, phase.durationMs, colours) : "",
      ...(interval ? blockFigures(interval, colours) : [colours.dim("starting")]),
      faultNote === "" ? "" : colours.yellow(faultNote),
    ];
    update(lines.filter((line) => line !== "").join("\n"));
  };
  return {
    show: (event) => {
      if (event.type === "service") note = event.text;
      if (event.type === "trial" && event.of > 1) trial = `  trial ${event.trial + 1} of ${event.of}`;
      if (event.type === "phase") {
        phase = event;
        phaseStartMs = undefined;
      }
      if (event.type === "fault") {
        // It is shown with the next figures.
        faultNote = describeMarkNow(event.mark);
        return;
      }
      if (event.type === "interval") phaseStartMs ??= event.interval.atMs;
      paint(event.type === "interval" ? event.interval : undefined);
    },
    close: () => {
      update.clear();
      update.done();
    },
  };
}

const barColumns = 30;

function progressBar(doneMs: number, durationMs: number, colours: Colours): string {
  const share = durationMs > 0 ? Math.min(1, doneMs / durationMs) : 0;
  const full = Math.round(share * barColumns);
  const bar = colours.cyan("━".repeat(full)) + colours.dim("━".repeat(barColumns - full));
  const leftMs = Math.max(0, durationMs - doneMs);
  return `${bar} ${formatDuration(doneMs * 1000)} of ${formatDuration(durationMs * 1000)}, ${formatDuration(leftMs * 1000)} left`;
}

function blockFigures(interval: Interval, colours: Colours): string[] {
  const [rate = "", latency = "", errors = "", inFlight = ""] = figuresOf(interval);
  const failed = Object.values(interval.errors).some((count) => count > 0);
  return [
    rate,
    latency,
    `${failed ? colours.red(errors) : errors}, ${inFlight}`,
    colours.dim(
      `generator lag p99 ${formatDuration(interval.lagP99)}, event loop p99 ${formatDuration(interval.loopLagP99Micros)}, ${interval.cpuCores.toFixed(2)} cores`,
    ),
  ];
}

function figuresOf(interval: Interval): string[] {
  const perSec = (count: number): string => formatRate((count * 1000) / Math.max(1, interval.lengthMs));
  const failed = Object.values(interval.errors).reduce((sum, count) => sum + count, 0);
  return [
    `offered ${perSec(interval.offered)}, done ${perSec(interval.completed)}`,
    `p50 ${formatDuration(interval.p50)}, p99 ${formatDuration(interval.p99)}, max ${formatDuration(interval.max)}`,
    `${formatCount(failed)} errors`,
    `${formatCount(interval.inFlight)} in flight`,
  ];
}

/** log-update wants a stream; it reads its width and writes to it. */
export function streamOf(output: Output): NodeJS.WritableStream {
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk: string | Buffer, _encoding, done) => {
      output.write(chunk.toString());
      done();
    },
  });
  return Object.assign(stream, { columns: output.columns, isTTY: output.isTTY });
}
