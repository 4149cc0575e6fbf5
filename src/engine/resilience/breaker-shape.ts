import { z } from "zod";
import { durationMs, ratio } from "../../base/unit-schema.ts";
import type { BreakerSettings } from "./breaker-settings.ts";

/** The settings of a breaker as a file gives them, with units. */
export const breakerShape = {
  consecutiveFailures: z.int().min(0).optional().describe("Opens after so many failures in a row; 0 never."),
  failureRate: ratio().optional().describe("Opens when this share of the window's calls failed."),
  slowCall: durationMs().optional().describe("A call that takes longer is slow."),
  slowRate: ratio().optional().describe("Opens when this share of the window's calls was slow."),
  window: durationMs().optional(),
  minCalls: z.int().min(1).optional().describe("Below so many calls in the window no rate counts."),
  open: durationMs().optional().describe("The first open period."),
  maxOpen: durationMs().optional().describe("The longest open period."),
  probes: z.int().min(1).optional(),
  probeLease: durationMs().optional(),
};

type BreakerInFile = z.output<z.ZodObject<typeof breakerShape>>;

/** The same by the names of the code, whose units are in them. */
export function breakerSettingsOf({
  slowCall,
  window,
  open,
  maxOpen,
  probeLease,
  ...same
}: BreakerInFile): Partial<BreakerSettings> {
  const timed = {
    slowCallMs: slowCall,
    windowMs: window,
    openMs: open,
    maxOpenMs: maxOpen,
    probeLeaseMs: probeLease,
  };
  return onlyGiven({ ...same, ...timed });
}

/** Without what is left out. */
export function onlyGiven<Settings extends object>(
  settings: Settings,
): { [Name in keyof Settings]?: Exclude<Settings[Name], undefined> } {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [Name in keyof Settings]?: Exclude<Settings[Name], undefined> };
}
