import { z } from "zod";
import type { TargetSchema } from "../../scenario/schema.ts";

const exportName = /^#[A-Za-z_$][\w$]*$/;
const name = z.string().regex(/^[\w-]+$/, "use letters, digits, - and _ only");
const anExport = (): z.ZodString =>
  z.string().regex(exportName, "name an export of the module, such as #setup");
const argumentList = z.array(z.unknown());

/** The settings of the function target: a function of a module, and what it is called with. */
export const functionSettings = z
  .strictObject({
    kind: z.literal("function"),
    module: z
      .string()
      .regex(/^[^#]+(#[A-Za-z_$][\w$]*)?$/, "expected a file and an export, such as ./bench/parse.ts#parse")
      .describe(
        "The module's file, from the scenario's folder, and the function's export: `./bench/parse.ts#parse`. Without one, the default export.",
      ),
    args: argumentList
      .optional()
      .describe(
        "What the function is called with, such as `[10, abc]`. Each call gets the same values: one that changes them finds them changed.",
      ),
    cases: z
      .record(name, argumentList)
      .optional()
      .describe(
        "Several lists of arguments by name, such as `{ small: [10], large: [1000] }`; the calls take them in turn.",
      ),
    argsFrom: anExport()
      .optional()
      .describe(
        "An export that is a list of such lists, or a function that gives one; the calls take them in turn.",
      ),
    setup: anExport()
      .optional()
      .describe(
        "A function of the module that is called first, in each process; what it gives is handed to every call as its last argument.",
      ),
    teardown: anExport()
      .optional()
      .describe("A function of the module that is called at the end, with what setup gave."),
    expect: z
      .unknown()
      .optional()
      .describe(
        "What the function must answer, as JSON; with cases, by their names. It is checked before and after the load, outside of what is measured.",
      ),
  })
  .superRefine(({ args, cases, argsFrom, expect }, context) => {
    const refuse = (path: readonly PropertyKey[], message: string): void => {
      context.addIssue({ code: "custom", path: [...path], message });
    };
    const given = Object.entries({ args, cases, argsFrom }).filter(([, value]) => value !== undefined);
    const [, second] = given;
    if (second !== undefined) {
      const named = given.map(([key]) => key).join(" and ");
      refuse([second[0]], `there are ${named}; give one of them`);
    }
    if (cases !== undefined && Object.keys(cases).length === 0) refuse(["cases"], "give at least one case");
    if (expect === undefined) return;
    if (argsFrom !== undefined) refuse(["expect"], "expect goes with args or cases, and here is argsFrom");
    if (cases !== undefined) refuseOtherNames(Object.keys(cases), expect, refuse);
  });

function refuseOtherNames(
  cases: readonly string[],
  expect: unknown,
  refuse: (path: readonly PropertyKey[], message: string) => void,
): void {
  const known = cases.join(", ");
  if (typeof expect !== "object" || expect === null || Array.isArray(expect)) {
    refuse(["expect"], `with cases, give each its own answer by name (${known})`);
    return;
  }
  for (const key of Object.keys(expect))
    if (!cases.includes(key)) refuse(["expect", key], `there is no case ${key}; there are ${known}`);
}

/** One call after the other. */
export const functionLoad = [
  { phase: "calls", shape: "concurrency", clients: 1, for: "5s" },
] as const satisfies TargetSchema["defaultLoad"];

/** The settings after checking. */
export type FunctionSettings = z.output<typeof functionSettings>;
