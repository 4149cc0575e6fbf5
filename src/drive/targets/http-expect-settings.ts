import { z } from "zod";

type Range = readonly [low: number, high: number];

const status = z.union(
  [
    z
      .int()
      .min(100)
      .max(599)
      .transform((code): Range => [code, code]),
    z
      .string()
      .regex(/^[1-5]xx$/)
      .transform((text): Range => [Number(text[0]) * 100, Number(text[0]) * 100 + 99]),
  ],
  { error: (issue) => `expected a status such as 200 or 2xx, not ${JSON.stringify(issue.input)}` },
);

/** What the settings say of an answer. Its `matches` is a text that is a regular expression. */
export const expectation = z.strictObject({
  status: z
    .union([status.transform((range) => [range]), z.array(status).min(1)], {
      error: (issue) =>
        `expected a status such as 200, 2xx or [200, 404], not ${JSON.stringify(issue.input)}`,
    })
    .default([[200, 399]])
    .describe("200, 2xx, or several: [200, 404]."),
  headers: z
    .record(z.string().min(1), z.string())
    .optional()
    .describe("Texts that headers have somewhere, such as `{ content-type: json }`."),
  contains: z.string().min(1).optional().describe("A text that the body has somewhere."),
  matches: z
    .string()
    .refine(isPattern, "is no regular expression of JavaScript")
    .optional()
    .describe("A regular expression that the body matches somewhere."),
  json: z
    .record(z.string().min(1), z.unknown())
    .optional()
    .describe("Values by path in a body of JSON, such as `{ items.0.id: 7 }`."),
});

function isPattern(text: string): boolean {
  try {
    new RegExp(text, "u");
    return true;
  } catch {
    return false;
  }
}
