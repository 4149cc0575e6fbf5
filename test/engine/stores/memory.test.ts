import { describeStoreContract } from "./contract.ts";

describeStoreContract("memory", async () => ({ kind: "memory" }));
