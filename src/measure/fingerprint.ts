import { digestOf } from "../base/digest.ts";
import type { Environment } from "./result.ts";

/** What kind of machine a measurement stood on: figures of two machines of one class can be compared. */
export interface Fingerprint {
  /** 8 hexadecimal digits over the fields. */
  readonly class: string;
  /** What makes the class, as names and texts. The lock file and the git revision change from commit to commit, and are no part of it. */
  readonly fields: Readonly<Record<string, string>>;
}

/** The class of the machine, with the versions of what the measured code runs on. */
export function fingerprintOf(environment: Environment): Fingerprint {
  const { cpuModel, cores, governor, kernel, node, services, container } = environment;
  const fields = {
    "CPU model": cpuModel,
    cores: String(cores),
    governor: governor ?? "not known",
    kernel: kernelSeries(kernel),
    "Node.js": node,
    services: services.length === 0 ? "none" : services.map(serviceClass).toSorted().join("; "),
    container: container ?? "no limits",
  };
  return { class: digestOf(fields).slice(0, 8), fields };
}

/** What tells two machines apart, one line each: `CPU model: was X, here Y`. Empty where they are of one class. */
export function differencesOf(was: Fingerprint, here: Fingerprint): readonly string[] {
  const names = new Set([...Object.keys(was.fields), ...Object.keys(here.fields)]);
  return [...names]
    .filter((name) => was.fields[name] !== here.fields[name])
    .map(
      (name) => `${name}: was ${was.fields[name] ?? "not known"}, here ${here.fields[name] ?? "not known"}`,
    );
}

/** `linux 6.1.0-13-amd64 x64` is `linux 6.1 x64`: the rest are mends. */
function kernelSeries(kernel: string): string {
  const [system, release = "", ...rest] = kernel.split(" ");
  return [system, /^\d+\.\d+/.exec(release)?.[0] ?? release, ...rest].join(" ");
}

/** Version and settings; neither who started it nor its port on this machine. */
function serviceClass(description: string): string {
  return description
    .split(", ")
    .filter((part) => !part.startsWith("started by"))
    .join(", ")
    .replace(/ at [a-z]+:\/\/[^,]*(?:127\.0\.0\.1|localhost|\[::1\])[^,]*/, "");
}
