import assert from "node:assert/strict";
import { openBody, openLentBody } from "./read_reply.ts";

async function readAll(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Uint8Array> {
  const reader = openBody(body);
  const pieces: Uint8Array[] = [];
  for (let piece = await reader.read(); piece !== undefined; piece = await reader.read()) pieces.push(piece);
  return new Uint8Array(await new Blob(pieces as BlobPart[]).arrayBuffer());
}

const MANY = Uint8Array.from({ length: 900_000 }, (_, index) => index % 251);

Deno.test("openBody() gives every byte when pieces are larger than its buffers", async () => {
  let at = 0;
  const body = new ReadableStream({
    type: "bytes",
    pull(controller) {
      const size = [1, 700_000, 3, 199_996][at === 0 ? 0 : at === 1 ? 1 : at === 700_001 ? 2 : 3]!;
      controller.enqueue(MANY.slice(at, at + size));
      at += size;
      if (at >= MANY.length) controller.close();
    },
  });
  // A closed byte stream must answer a pending read with buffers of the reader's own.
  assert.deepEqual(await readAll(body), MANY);
});

Deno.test("openBody() reads bodies that are no byte streams", async () => {
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      controller.enqueue(MANY.slice(0, 10));
      controller.enqueue(MANY.slice(10, 5000));
      controller.close();
    },
  });
  assert.deepEqual(await readAll(body), MANY.slice(0, 5000));
});

Deno.test("openBody() reads what the platform's fetch gives", async () => {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => new Response(MANY),
  );
  const response = await fetch(`http://127.0.0.1:${server.addr.port}`);
  assert.deepEqual(await readAll(response.body!), MANY);
  await server.shutdown();
});

Deno.test("openLentBody() gives every byte once it is copied before the next read", async () => {
  const ends = [1, 20, 700_001, 700_004, MANY.length];
  let at = 0;
  const body = new ReadableStream({
    type: "bytes",
    pull(controller) {
      const end = ends.shift()!;
      controller.enqueue(MANY.slice(at, end));
      at = end;
      if (at === MANY.length) controller.close();
    },
  });
  const reader = openLentBody(body);
  const copies: Uint8Array<ArrayBuffer>[] = [];
  for (let piece = await reader.read(); piece !== undefined; piece = await reader.read()) {
    copies.push(piece.slice());
  }
  assert.deepEqual(new Uint8Array(await new Blob(copies).arrayBuffer()), MANY);
});

Deno.test("openLentBody() rejects when the body breaks", async () => {
  const body = new ReadableStream({
    type: "bytes",
    pull(controller) {
      controller.error(new TypeError("cut"));
    },
  });
  await assert.rejects(openLentBody(body).read(), /cut/);
});
