import type { TargetSchemas } from "../scenario/schema.ts";
import { callsSettings } from "./targets/calls-settings.ts";
import { engineKnobs, engineSettings } from "./targets/engine-settings.ts";
import { type FunctionSettings, functionLoad, functionSettings } from "./targets/function-settings.ts";
import { type HttpSettings, httpSettings } from "./targets/http-settings.ts";
import { syntheticSettings } from "./targets/synthetic-settings.ts";

/** What each kind of target can be told. One line adds one; `open-target.ts` has the targets themselves. */
export const targetSchemas: TargetSchemas = {
  calls: { settings: callsSettings },
  engine: { settings: engineSettings, knobs: engineKnobs },
  function: {
    settings: functionSettings,
    shorthand: "module",
    checkFiles: async (settings, dir) =>
      (await import("./targets/function-module.ts")).moduleProblems(settings as FunctionSettings, dir),
    defaultLoad: functionLoad,
  },
  http: {
    settings: httpSettings,
    shorthand: "url",
    checkFiles: async (settings, dir) =>
      (await import("./targets/http-files.ts")).httpFileProblems(settings as HttpSettings, dir),
  },
  synthetic: { settings: syntheticSettings },
};
