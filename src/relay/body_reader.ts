/** Reads a body piece by piece; undefined at its end. Rejects when the body breaks. */
export interface BodyReader {
  read(): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/** Most events of a stream fit; a whole reply of many megabytes grows to the largest in a few reads. */
const SMALLEST = 2 * 1024;
const LARGEST = 256 * 1024;

/**
 * Opens a body for reading with buffers of our own: the platform would take 64 KiB for every piece, and clearing those
 * costs more than all else that is done with a short event (measured: two thirds of the time for reading).
 */
export function openBody(body: ReadableStream<Uint8Array<ArrayBuffer>>): BodyReader {
  const reader = byteReader(body);
  if (reader === undefined) {
    const plain = body.getReader();
    return { read: async () => (await plain.read()).value };
  }
  let size = SMALLEST;
  return {
    async read() {
      const { done, value } = await reader.read(new Uint8Array(size));
      if (done) return undefined;
      if (value.byteLength === size) size = Math.min(LARGEST, size * 4);
      else if (value.byteLength < size / 8) size = Math.max(SMALLEST, size / 4);
      return value;
    },
  };
}

/** A reader that takes buffers; bodies that are no byte streams (a replaced fetch makes some) have none. */
function byteReader(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): ReadableStreamBYOBReader | undefined {
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    return undefined;
  }
}
