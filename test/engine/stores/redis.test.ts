import { randomUUID } from "node:crypto";
import type { StoreConfig } from "../../../src/engine/config.ts";
import { describeStoreContract } from "./contract.ts";
import { describeGroupContract } from "./group-contract.ts";

const freshConfig = async (): Promise<StoreConfig> => ({
  kind: "redis",
  url: process.env.DYNO_TEST_REDIS_URL ?? "",
  stream: `test:${randomUUID()}`,
});

describeStoreContract("redis", freshConfig);
describeGroupContract("redis", freshConfig);
