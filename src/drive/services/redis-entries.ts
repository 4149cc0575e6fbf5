import { Redis } from "ioredis";

/** An entry of a stream: its id and its fields and values, one after the other. */
export type RedisEntry = readonly [id: string, fields: readonly string[]];

const pageEntries = 200;

/** Reads all entries of a stream in order, page by page, over a connection of its own. */
export async function* readEntries(url: string, stream: string): AsyncGenerator<readonly RedisEntry[]> {
  const client = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 5 });
  // A question that fails says so itself.
  client.on("error", () => undefined);
  try {
    await client.connect();
    let page = await client.xrange(stream, "-", "+", "COUNT", pageEntries);
    while (page.length > 0) {
      yield page;
      page = await client.xrange(stream, `(${page.at(-1)?.[0]}`, "+", "COUNT", pageEntries);
    }
  } finally {
    client.disconnect();
  }
}
