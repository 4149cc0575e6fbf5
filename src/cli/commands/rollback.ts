import { createColours } from "../../publish/terminal/symbols.ts";
import { listCheckpoints } from "../checkpoint-folder.ts";
import { checkpointTable, rolledBackText } from "../checkpoint-text.ts";
import { rollBack } from "../checkpoints.ts";
import { wantsColour } from "../colour.ts";
import type { Io } from "../io.ts";

/** The options of `dyno rollback`, as the command line gives them. */
export interface RollbackOptions {
  readonly list?: boolean;
}

/** `dyno rollback`: puts earlier settings back into ./tuned.yaml, or lists the checkpoints. */
export async function rollback(name: string | undefined, { list }: RollbackOptions, io: Io): Promise<number> {
  if (list !== true) {
    io.stdout.write(rolledBackText(await rollBack(io.cwd, name)));
    return 0;
  }
  const listed = await listCheckpoints(io.cwd);
  if (listed.length === 0)
    io.stderr.write("dyno: there are no checkpoints; dyno tune SCENARIO --apply makes one\n");
  else io.stdout.write(checkpointTable(listed, createColours(wantsColour(io.stdout, io.env))));
  return 0;
}
