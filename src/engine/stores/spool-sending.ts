/** How batches are sent to a store. */
export interface Sending<Batch> {
  readonly batches: AsyncIterable<Batch>;
  /** How many may be under way at once. */
  readonly inFlight: number;
  /** Sends one; undefined where nothing of it was left to send. */
  readonly send: (batch: Batch) => Promise<string | undefined>;
  /** Called in order for each batch that is there, as long as those before it are. */
  readonly onSent: (batch: Batch, entry: string | undefined) => void;
}

/** Sends batches in order, several at once. Rejects with the first error, when nothing is under way any more. */
export async function sendInOrder<Batch>({ batches, inFlight, send, onSent }: Sending<Batch>): Promise<void> {
  const underWay: { readonly batch: Batch; readonly entry: Promise<string | undefined> }[] = [];
  const settleFirst = async (): Promise<void> => {
    const first = underWay[0];
    if (first === undefined) return;
    const entry = await first.entry;
    underWay.shift();
    onSent(first.batch, entry);
  };
  try {
    for await (const batch of batches) {
      const entry = send(batch);
      entry.catch(() => undefined);
      underWay.push({ batch, entry });
      if (underWay.length >= inFlight) await settleFirst();
    }
    while (underWay.length > 0) await settleFirst();
  } finally {
    await Promise.allSettled(underWay.map(({ entry }) => entry));
  }
}
