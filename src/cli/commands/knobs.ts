import Table from "cli-table3";
import { type Knob, knobs } from "../../engine/config.ts";
import { createColours } from "../../publish/terminal/symbols.ts";
import { wantsColour } from "../colour.ts";
import type { Io } from "../io.ts";

/** `dyno knobs`: lists what can be turned about the engine, with its range and what it is when nobody turns it. */
export async function listKnobs({ json }: { readonly json?: boolean }, io: Io): Promise<number> {
  if (json === true) {
    io.stdout.write(`${JSON.stringify(knobs.map(toLine), null, 2)}\n`);
    return 0;
  }
  const colours = createColours(wantsColour(io.stdout, io.env));
  const table = new Table({
    head: ["knob", "range", "scale", "default", "meaning"],
    style: { head: [], border: [], compact: true },
    chars: plainChars,
  });
  for (const knob of knobs) table.push(rowOf(knob));
  io.stdout.write(`${table.toString()}\n\n`);
  io.stdout.write(
    colours.dim(
      "Whole numbers all. In a scenario: target.knobs.maxBatch; on the command line: --set target.knobs.maxBatch=64\n",
    ),
  );
  return 0;
}

const plainChars = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: " ",
};

function toLine(knob: Knob): object {
  return { ...knob, type: "int", path: `target.knobs.${knob.name}` };
}

function rowOf({ name, meaning, unit, min, max, scale, default: standard }: Knob): string[] {
  return [name, `${grouped(min)} to ${grouped(max)} ${unit}`, scale, grouped(standard), meaning];
}

function grouped(value: number): string {
  return value.toLocaleString("en-US").replaceAll(",", "\u202f");
}
