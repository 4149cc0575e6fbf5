import { defineAction } from "../action.ts";

/** Gives its input: what `with` makes of the event and of earlier steps is the output. */
export const transformAction = defineAction<Readonly<Record<string, unknown>>, unknown>({
  pure: true,
  run: (input) => input,
});
