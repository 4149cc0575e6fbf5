import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createBoundedDisk } from "../../../src/drive/targets/engine-disk.ts";
import { scratchDir } from "../../support/scratch-dir.ts";

const bytes = (length: number): Buffer => Buffer.alloc(length, "x");

test("a bounded disk refuses what would be beyond its bound, and writes none of it", async () => {
  const dir = await scratchDir();
  const disk = createBoundedDisk();
  const [a, b] = [await disk.files.open(join(dir, "a")), await disk.files.open(join(dir, "b"))];
  await a.append(bytes(60));
  const lift = disk.limit(100);
  await b.append(bytes(40));
  await expect(a.append(bytes(1))).rejects.toMatchObject({ code: "ENOSPC" });
  expect((await readFile(join(dir, "a"))).length).toBe(60);
  await a.truncate(10);
  await b.append(bytes(50));
  await expect(b.append(bytes(1))).rejects.toMatchObject({ code: "ENOSPC" });
  await a.close();
  await disk.files.remove(join(dir, "a"));
  await b.append(bytes(10));
  await expect(b.append(bytes(1))).rejects.toMatchObject({ code: "ENOSPC" });
  lift();
  await b.append(bytes(1000));
  await b.close();
});

test("a bounded disk counts what its files held before", async () => {
  const path = join(await scratchDir(), "a");
  const before = await createBoundedDisk().files.open(path);
  await before.append(bytes(90));
  await before.close();
  const disk = createBoundedDisk();
  const file = await disk.files.open(path);
  disk.limit(100);
  await expect(file.append(bytes(11))).rejects.toMatchObject({ code: "ENOSPC" });
  await file.append(bytes(10));
  await file.close();
});
