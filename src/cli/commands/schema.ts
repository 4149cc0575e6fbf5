import { targetSchemas } from "../../drive/target-schemas.ts";
import { scenarioJsonSchema } from "../../scenario/schema.ts";
import type { Io } from "../io.ts";

/** `dyno schema`: prints the JSON Schema of scenario files. */
export async function printSchema(io: Io): Promise<number> {
  io.stdout.write(`${JSON.stringify(scenarioJsonSchema(targetSchemas), null, 2)}\n`);
  return 0;
}
