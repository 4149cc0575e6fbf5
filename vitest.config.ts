import { defineConfig } from "vitest/config";

const sensitive = ["test/cli/**/*.test.ts", "test/instrument/**/*.test.ts"];

export default defineConfig({
  test: {
    globalSetup: ["test/support/global-setup.ts"],
    sequence: { shuffle: true },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: "forks",
    projects: [
      {
        extends: true,
        test: {
          name: "together",
          include: ["test/**/*.test.ts"],
          exclude: sensitive,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // These measure, and a measurement beside other work is rightly called invalid: they run by themselves.
        extends: true,
        test: {
          name: "alone",
          include: sensitive,
          maxWorkers: 1,
          fileParallelism: false,
          retry: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
