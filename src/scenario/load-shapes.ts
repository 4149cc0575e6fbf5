import { formatCount, formatDuration, formatRate } from "../base/units.ts";
import type { ClosedPhase, OpenPhase, Phase, RateCorner } from "./scenario.ts";
import type { PhaseInput } from "./schema.ts";

type OpenInput = Exclude<PhaseInput, { shape: "concurrency" }>;

/** Turns a phase as the file says it into its rate curve or its clients. */
export function buildPhase(input: PhaseInput): Phase {
  if (input.shape === "concurrency") {
    const fromClients = input.clients ?? input.from ?? 1;
    const toClients = input.clients ?? input.to ?? fromClients;
    return {
      phase: input.phase,
      loop: "closed",
      shape: input.shape,
      fromClients,
      toClients,
      durationMs: input.for,
    };
  }
  return {
    phase: input.phase,
    loop: "open",
    shape: input.shape,
    arrivals: input.arrivals,
    corners: cornersOf(input),
    durationMs: input.for,
    lowCpu: input.lowCpu,
  };
}

function cornersOf(input: OpenInput): readonly RateCorner[] {
  switch (input.shape) {
    case "constant-rate":
      return [corner(0, input.rate), corner(input.for, input.rate)];
    case "ramp":
      return [corner(0, input.from), corner(input.for, input.to)];
    case "steps":
      return stairs(input.from, input.to, input.steps, input.for);
    case "spike": {
      const top = input.at + input.rise;
      const end = top + input.hold;
      return [
        corner(0, input.base),
        corner(input.at, input.base),
        corner(top, input.peak),
        corner(end, input.peak),
        corner(end + input.fall, input.base),
        corner(input.for, input.base),
      ];
    }
  }
}

function stairs(from: number, to: number, steps: number, durationMs: number): RateCorner[] {
  return Array.from({ length: steps }, (_, i) => {
    const rate = from + ((to - from) * i) / (steps - 1);
    return [corner((durationMs * i) / steps, rate), corner((durationMs * (i + 1)) / steps, rate)];
  }).flat();
}

function corner(atMs: number, ratePerSec: number): RateCorner {
  return { atMs, ratePerSec };
}

/** A phase in words: `10 000/s for 10 s, poisson`. */
export function describePhase(phase: Phase): string {
  const lasting = `for ${formatDuration(phase.durationMs * 1000)}`;
  if (phase.loop === "closed") return `${clientsText(phase)} ${lasting}`;
  const low = phase.lowCpu ? ", timers alone" : "";
  return `${rateText(phase)} ${lasting}, ${phase.arrivals}${low}`;
}

function clientsText({ fromClients, toClients }: ClosedPhase): string {
  if (fromClients === toClients) return `${formatCount(fromClients)} client${fromClients === 1 ? "" : "s"}`;
  return `${formatCount(fromClients)} to ${formatCount(toClients)} clients`;
}

function rateText({ shape, corners }: OpenPhase): string {
  const rates = corners.map(({ ratePerSec }) => ratePerSec);
  const first = formatRate(rates[0] ?? 0);
  const last = formatRate(rates.at(-1) ?? 0);
  if (shape === "constant-rate") return first;
  if (shape === "spike") return `${first} with a spike to ${formatRate(Math.max(...rates))}`;
  return shape === "ramp" ? `${first} to ${last}` : `${first} to ${last} in ${corners.length / 2} steps`;
}

/** Operations a second at a moment of the phase. */
export function rateAt({ corners }: OpenPhase, atMs: number): number {
  const next = corners.findIndex((corner) => corner.atMs >= atMs);
  const to = corners[next] ?? corners.at(-1);
  const from = corners[next - 1] ?? to;
  if (from === undefined || to === undefined) return 0;
  const lengthMs = to.atMs - from.atMs;
  const share = lengthMs === 0 ? 1 : (atMs - from.atMs) / lengthMs;
  return from.ratePerSec + (to.ratePerSec - from.ratePerSec) * share;
}

/** Operations a second over the whole phase. */
export function meanRate({ corners, durationMs }: OpenPhase): number {
  let area = 0;
  for (let i = 1; i < corners.length; i++) {
    const [from, to] = [corners[i - 1], corners[i]];
    if (from && to) area += ((from.ratePerSec + to.ratePerSec) / 2) * (to.atMs - from.atMs);
  }
  return area / durationMs;
}

/** An open phase held at one rate for so long. */
export function heldAtRate(phase: OpenPhase, ratePerSec: number, durationMs: number): OpenPhase {
  const corners = [
    { atMs: 0, ratePerSec },
    { atMs: durationMs, ratePerSec },
  ];
  return { ...phase, durationMs, corners };
}

/** A closed phase held at so many clients for so long. */
export function heldAtClients(phase: ClosedPhase, clients: number, durationMs: number): ClosedPhase {
  return { ...phase, durationMs, fromClients: clients, toClients: clients };
}

/** The most clients that a closed phase has; undefined where no phase is closed. */
export function mostClients(load: readonly Phase[]): number | undefined {
  const clients = load.flatMap((phase) =>
    phase.loop === "closed" ? [phase.fromClients, phase.toClients] : [],
  );
  return clients.length === 0 ? undefined : Math.max(...clients);
}
