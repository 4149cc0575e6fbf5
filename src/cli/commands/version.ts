import { readFile } from "node:fs/promises";
import type { Io } from "../io.ts";

/** Prints the version of the installed package. */
export async function printVersion(io: Io): Promise<number> {
  const text = await readFile(new URL("../../../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(text) as { readonly version: string };
  io.stdout.write(`${version}\n`);
  return 0;
}
