import { z } from "zod";

const values = z
  .array(z.unknown())
  .min(2, "cross two values at least")
  .describe("The values, in the order of tables.");

const axis = z.union(
  [
    values,
    z.strictObject({
      path: z.string().min(1).describe("The setting, such as `target.knobs.maxBatch`."),
      values,
    }),
  ],
  {
    error:
      "expected a list of two values at least, such as [memory, redis], or { path: target.payload, values: [100B, 4KB] }",
  },
);

/** Settings that are crossed: values by the path of the setting, or by a name that tables use. */
export const matrixSchema = z
  .object({
    rounds: z
      .int()
      .min(1)
      .max(100)
      .default(3)
      .describe("How often each cell is measured, in an order that is shuffled each time."),
  })
  .catchall(axis)
  .describe(
    "Settings to cross, each with each, such as `target.store: [memory, redis]` or `batch: { path: target.knobs.maxBatch, values: [16, 256] }`; `dyno run` measures every cell.",
  );

/** What a file says of its matrix. */
export type MatrixInput = z.output<typeof matrixSchema>;
