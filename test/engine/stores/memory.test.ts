import { describeStoreContract } from "./contract.ts";
import { describeGroupContract } from "./group-contract.ts";

describeStoreContract("memory", async () => ({ kind: "memory" }));
describeGroupContract("memory", async () => ({ kind: "memory" }));
