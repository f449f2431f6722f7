/** Makes a thing when it is first asked for, and once. A making that failed is tried again with the next. */
export function onFirstUse<Thing>(make: () => Promise<Thing>): () => Promise<Thing> {
  let making: Promise<Thing> | undefined;
  return () =>
    making ??= make().catch((cause) => {
      making = undefined;
      throw cause;
    });
}
