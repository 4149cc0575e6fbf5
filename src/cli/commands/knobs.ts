import { formatCount } from "../../base/units.ts";
import { type Knob, knobs } from "../../engine/config.ts";
import { createColours } from "../../publish/terminal/symbols.ts";
import { renderTable } from "../../publish/terminal/table.ts";
import { wantsColour } from "../colour.ts";
import type { Io } from "../io.ts";

/** `dyno knobs`: lists what can be turned about the engine, with its range and what it is when nobody turns it. */
export async function listKnobs({ json }: { readonly json?: boolean }, io: Io): Promise<number> {
  if (json === true) {
    io.stdout.write(`${JSON.stringify(knobs.map(toLine), null, 2)}\n`);
    return 0;
  }
  const colours = createColours(wantsColour(io.stdout, io.env));
  const table = renderTable(["knob", "range", "scale", "default", "meaning"], [3], knobs.map(rowOf), colours);
  io.stdout.write(`${table}\n\n`);
  io.stdout.write(
    colours.dim(
      "  Whole numbers all. In a scenario: target.knobs.maxBatch; on the command line: --set target.knobs.maxBatch=64\n",
    ),
  );
  return 0;
}

function toLine(knob: Knob): object {
  return { ...knob, type: "int", path: `target.knobs.${knob.name}` };
}

function rowOf({ name, meaning, unit, min, max, scale, default: standard }: Knob): string[] {
  return [name, `${formatCount(min)} to ${formatCount(max)} ${unit}`, scale, formatCount(standard), meaning];
}
