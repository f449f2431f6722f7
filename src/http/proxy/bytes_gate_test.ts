import assert from "node:assert/strict";
import { BytesGate, LeftWhileWaiting } from "./bytes_gate.ts";

const MB = 1024 * 1024;

function body(bytes: number, signal?: AbortSignal): Request {
  const headers = { "content-length": String(bytes) };
  return new Request("http://proxy.test/", {
    method: "POST",
    headers,
    body: "x",
    ...(signal ? { signal } : {}),
  });
}

/** Calls that go on until they are told to end; `begun` names those that were let in, in order. */
function bench(room: number) {
  const timers = new Set<() => void>();
  const gate = new BytesGate(room, {
    start(_ms, expire) {
      timers.add(expire);
      return { touch() {}, clear: () => void timers.delete(expire) };
    },
    close() {},
  });
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const send = (name: string, owner: string, bytes: number, signal?: AbortSignal) =>
    gate.pass(body(bytes, signal), owner, () => {
      begun.push(name);
      return new Promise<void>((resolve) => ends.set(name, resolve));
    });
  const end = async (name: string) => {
    ends.get(name)?.();
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  };
  const expire = async () => {
    for (const timer of timers) timer();
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  };
  return { begun, send, end, expire };
}

Deno.test("large bodies wait for room, owners take turns, and small ones never wait", async () => {
  const { begun, send, end } = bench(8 * MB);
  const all = [
    send("a1", "a", 6 * MB),
    send("a2", "a", 6 * MB),
    send("a3", "a", 6 * MB),
    send("b1", "b", 6 * MB),
  ];
  all.push(send("small", "c", 1_000));
  assert.deepEqual(begun, ["a1", "small"]);
  await end("a1");
  await end("a2");
  assert.deepEqual(begun, ["a1", "small", "a2", "b1"], "b is next, though a asked before");
  await end("b1");
  for (const name of ["a3", "small"]) await end(name);
  await Promise.all(all);
});

Deno.test("one that is larger than all of the room goes alone; one whose client leaves gives up its place", async () => {
  const { begun, send, end } = bench(4 * MB);
  const leaving = new AbortController();
  const first = send("huge", "a", 50 * MB);
  const second = send("left", "a", 2 * MB, leaving.signal);
  const third = send("next", "b", 2 * MB);
  leaving.abort();
  await assert.rejects(Promise.resolve(second), LeftWhileWaiting);
  await end("huge");
  assert.deepEqual(begun, ["huge", "next"]);
  await end("next");
  await Promise.all([first, third]);
});

Deno.test("a call that only waits for the model any more keeps nobody out", async () => {
  const { begun, send, end, expire } = bench(4 * MB);
  const all = [send("thinks", "a", 4 * MB), send("next", "b", 4 * MB)];
  assert.deepEqual(begun, ["thinks"]);
  await expire();
  assert.deepEqual(begun, ["thinks", "next"]);
  await end("thinks");
  await end("next");
  await Promise.all(all);
});
