import { DynoError } from "../../base/errors.ts";
import type { Rig } from "../rig.ts";
import { checkSame, divergence } from "./divergence.ts";
import type { Journal } from "./journal.ts";

/**
 * A rig that answers from a journal as long as that goes, then measures on `rig` and records. Without one it only replays:
 * where the record ends it rejects with a DynoError `aborted`, since the tuning that wrote it was interrupted there. Rejects
 * with a DynoError `usage` that names the line where something else is asked than was recorded.
 */
export function journaledRig(journal: Journal, rig: Rig | undefined): Rig {
  const { file } = journal;
  return {
    measure: async (block) => {
      const recorded = journal.take();
      if (recorded === undefined) {
        const measured = await orEnd(rig, file).measure(block);
        return (await journal.append({ kind: "block", block, measured })).measured;
      }
      const { entry } = recorded;
      if (entry.kind !== "block") throw divergence(file, recorded, "nothing is asked, but a block");
      checkSame(file, recorded, entry.block, block);
      return entry.measured;
    },
    prove: async (order) => {
      const recorded = journal.take();
      if (recorded === undefined) {
        const measured = await orEnd(rig, file).prove(order);
        return (await journal.append({ kind: "pair", order, measured })).measured;
      }
      const { entry } = recorded;
      if (entry.kind !== "pair") throw divergence(file, recorded, "nothing is asked, but a pair of a proof");
      checkSame(file, recorded, entry.order, order);
      return entry.measured;
    },
  };
}

function orEnd(rig: Rig | undefined, file: string): Rig {
  if (rig === undefined) throw new DynoError("aborted", `the record of ${file} ends here`);
  return rig;
}
