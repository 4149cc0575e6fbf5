import { expect, test, vi } from "vitest";
import { openServices } from "../../../src/drive/services/open-services.ts";
import { openRedisService } from "../../../src/drive/services/redis.ts";
import { openTcpProxy } from "../../../src/drive/services/tcp-proxy.ts";

vi.mock("../../../src/drive/services/redis.ts", () => ({ openRedisService: vi.fn() }));
vi.mock("../../../src/drive/services/tcp-proxy.ts", () => ({ openTcpProxy: vi.fn() }));

test("the Redis is closed where no proxy can be put before it", async () => {
  const close = vi.fn(async () => undefined);
  vi.mocked(openRedisService).mockResolvedValue({
    url: "redis://127.0.0.1:1",
    description: "a Redis",
    version: "7.0.15",
    startedByDyno: true,
    process: undefined,
    close,
  });
  vi.mocked(openTcpProxy).mockRejectedValue(new Error("no port is free"));
  const opened = openServices(
    { settings: { store: "redis" } },
    { env: {}, signal: new AbortController().signal, breaking: { redis: false, network: true } },
  );
  await expect(opened).rejects.toThrow("no port is free");
  expect(close).toHaveBeenCalledOnce();
});
