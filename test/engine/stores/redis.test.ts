import { randomUUID } from "node:crypto";
import { describeStoreContract } from "./contract.ts";

describeStoreContract("redis", async () => ({
  kind: "redis",
  url: process.env.DYNO_TEST_REDIS_URL ?? "",
  stream: `test:${randomUUID()}`,
}));
