import type { Io } from "../io.ts";
import { readVersion } from "../read-version.ts";

/** Prints the version of the installed package. */
export async function printVersion(io: Io): Promise<number> {
  io.stdout.write(`${await readVersion()}\n`);
  return 0;
}
