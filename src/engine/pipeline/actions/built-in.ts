import type { Actions } from "../action.ts";
import { delayAction } from "./delay.ts";
import { httpAction } from "./http.ts";
import { createLogAction, type LogLine } from "./log.ts";
import { createPublishAction, type Publish } from "./publish.ts";
import { transformAction } from "./transform.ts";

/** What the built-in actions use. */
export interface BuiltInParts {
  /** Left out, there is no action `publish`. */
  readonly publish?: Publish;
  /** Hears what `log` writes. Default: nobody. */
  readonly log?: (line: LogLine) => void;
}

/** The actions that every pipeline may use: http, publish, delay, transform and log. */
export function builtInActions({ publish, log }: BuiltInParts = {}): Actions {
  return {
    http: httpAction,
    ...(publish === undefined ? {} : { publish: createPublishAction(publish) }),
    delay: delayAction,
    transform: transformAction,
    log: createLogAction(log ?? (() => undefined)),
  };
}
