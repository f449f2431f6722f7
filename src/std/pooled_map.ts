/**
 * Maps items with at most `limit` at work; results come in the order of the items, and an early item that is slow holds
 * back later ones. After a failure nothing new is begun, what runs is waited for, and an AggregateError with every failure
 * is thrown.
 */
export async function* pooledMap<Item, Value>(
  limit: number,
  items: Iterable<Item> | AsyncIterable<Item>,
  map: (item: Item) => Promise<Value>,
): AsyncGenerator<Value> {
  if (!Number.isInteger(limit) || limit < 1) {
    throw new RangeError("The limit must be a whole number, 1 or more.");
  }
  const line: Promise<PromiseSettledResult<Value>>[] = [];
  const failures: unknown[] = [];
  let failed = false;
  try {
    for await (const item of items) {
      if (failed) break;
      line.push(settle(map, item, () => failed = true));
      if (line.length >= limit) yield* await first(line, failures);
    }
    while (line.length > 0) yield* await first(line, failures);
  } finally {
    await Promise.all(line);
  }
  if (failures.length > 0) throw new AggregateError(failures, "Some items could not be mapped.");
}

/** The first result as a list; none after a failure. */
async function first<Value>(
  line: Promise<PromiseSettledResult<Value>>[],
  failures: unknown[],
): Promise<readonly Value[]> {
  const result = await line.shift();
  if (result?.status === "rejected") failures.push(result.reason);
  return result?.status === "fulfilled" && failures.length === 0 ? [result.value] : [];
}

async function settle<Item, Value>(
  map: (item: Item) => Promise<Value>,
  item: Item,
  onFailure: () => void,
): Promise<PromiseSettledResult<Value>> {
  try {
    return { status: "fulfilled", value: await map(item) };
  } catch (reason) {
    onFailure();
    return { status: "rejected", reason };
  }
}
