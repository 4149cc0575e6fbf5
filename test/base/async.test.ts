import { expect, test } from "vitest";
import { resolvesWithin } from "../../src/base/async.ts";

test("a promise is waited for until it is resolved, or for so long, whichever comes first", async () => {
  expect(await resolvesWithin(Promise.resolve("done"), 20_000)).toBe(true);
  expect(await resolvesWithin(new Promise(() => undefined), 1)).toBe(false);
});

test("a promise that is rejected is no end of the wait, but an error", async () => {
  await expect(resolvesWithin(Promise.reject(new RangeError("no")), 20_000)).rejects.toThrow("no");
});
