import { z } from "zod";
import type { EventInput } from "../../event.ts";
import { type Action, defineAction } from "../action.ts";

/** How an event gets out: an engine's `publish`. */
export type Publish = (input: EventInput) => Promise<{ readonly id: string }>;

const input = z.strictObject({
  topic: z
    .string()
    .min(1)
    .refine((topic) => !topic.startsWith("$"), { error: "topics with $ are the engine's own" }),
  data: z.unknown().optional(),
  key: z.string().optional(),
});

/**
 * Creates the action that publishes an event. Its idempotency key is the step's, so a second attempt within the
 * dedup window adds nothing; its output is the event's id.
 */
export function createPublishAction(publish: Publish): Action<z.output<typeof input>, { id: string }> {
  return defineAction({
    input,
    run: async ({ topic, data, key }, { idempotencyKey, correlationId, eventId }) => {
      const { id } = await publish({
        topic,
        data: data ?? null,
        key,
        idempotencyKey,
        correlationId,
        causationId: eventId,
      });
      return { id };
    },
  });
}
