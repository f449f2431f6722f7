import assert from "node:assert/strict";
import process from "node:process";
import { KEYS } from "../support/proxy_under_test.ts";
import { ServedProcess } from "../support/served_process.ts";

const ignore = Deno.build.os !== "linux";

/** The processes that a process has started. */
function childrenOf(pid: number): number[] {
  const text = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`);
  return text.trim().split(" ").filter((word) => word !== "").map(Number);
}

/** Tries again until it gives something, as processes start and end when they will. */
async function eventually<Value>(
  look: () => Value | undefined | Promise<Value | undefined>,
  ms = 60_000,
): Promise<Value> {
  const end = performance.now() + ms;
  while (true) {
    const found = await look();
    if (found !== undefined) return found;
    assert.ok(performance.now() < end, `not within ${ms} ms: ${look}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

Deno.test({
  name: "WORKERS: two processes answer on one port, slots hold across them, a killed one is replaced",
  ignore,
  async fn() {
    await using served = await ServedProcess.open({
      env: { WORKERS: "2", MAX_CONCURRENT_REQUESTS_PER_KEY: "2", LOG_LEVEL: "info" },
    });
    const [worker] = await eventually(async () => {
      const found = childrenOf(served.pid);
      return found.length === 1 && await listening(served) === 2 ? found : undefined;
    });
    await eventually(async () => (await Promise.all(ten(served))).every((ok) => ok) || undefined);

    served.simulator.control.fault({ kind: "latency", ms: 60, times: 60 });
    const answers = await Promise.all(Array.from({ length: 60 }, (_, index) => served.ask(`hello ${index}`)));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    for (const key of KEYS) assert.ok(served.mostAtOnce(key) <= 2, `${served.mostAtOnce(key)} at once`);

    process.kill(worker!, "SIGKILL");
    await eventually(async () => await listening(served) === 1 || undefined);
    const during = await Promise.all(ten(served));
    assert.ok(during.every((ok) => ok), "the other goes on alone");
    const next = await eventually(async () => {
      const [found] = childrenOf(served.pid);
      return found !== undefined && found !== worker && await listening(served) === 2 ? found : undefined;
    });
    assert.match(served.said, /worker process ended and is started again/i);
    assert.equal(await served.stop(), 0);
    assert.throws(() => process.kill(next, 0), "a worker outlived the server");
  },
});

/** Ten calls at once, each over a connection of its own; whether they were answered. */
function ten(served: ServedProcess): Promise<boolean>[] {
  return Array.from({ length: 10 }, async () => (await served.ask()).status === 200);
}

/** How many sockets listen on the port of 127.0.0.1. */
async function listening(served: ServedProcess): Promise<number> {
  const port = Number(new URL(served.url).port).toString(16).toUpperCase().padStart(4, "0");
  const table = await Deno.readTextFile("/proc/net/tcp");
  return table.split("\n").filter((line) => line.includes(` 0100007F:${port} 00000000:0000 0A `)).length;
}

Deno.test({
  name: "WORKERS: a key that one process was given serves in all within seconds",
  ignore,
  async fn() {
    await using served = await ServedProcess.open({ env: { WORKERS: "2", GEMINI_API_KEYS: "" } });
    await eventually(async () => await listening(served) === 2 || undefined);
    assert.equal((await served.ask()).status, 503, "there is no key yet");
    const said = await served.command(["key", "add", KEYS[0]]);
    const added = performance.now();
    let longest = 0;
    await eventually(async () => {
      const answers = await Promise.all(Array.from({ length: 8 }, () => served.ask()));
      longest = Math.max(longest, ...answers.map(({ ms }) => ms));
      return answers.every(({ status }) => status === 200) || undefined;
    });
    const ms = performance.now() - added;
    // A machine that is slow to answer is slow to look for news too.
    const most = 2_500 + 5 * longest;
    assert.ok(ms < most, `all processes served after ${Math.round(ms)} ms of ${Math.round(most)}: ${said}`);
  },
});

Deno.test({
  name: "WORKERS: when the first process is killed the others end too, and the next start serves at once",
  ignore,
  async fn() {
    await using served = await ServedProcess.open({ env: { WORKERS: "2" } });
    const [worker] = await eventually(async () => {
      const found = childrenOf(served.pid);
      return await listening(served) === 2 ? found : undefined;
    });
    const usual = await served.ask();
    await served.kill();
    await eventually(() => {
      try {
        process.kill(worker!, 0);
        return undefined;
      } catch {
        return true;
      }
    }, 10_000);
    await served.start();
    const { status, ms } = await served.ask();
    assert.equal(status, 200);
    assert.ok(ms < 2_000 + 5 * usual.ms, `first answer after ${ms} ms, before the kill after ${usual.ms} ms`);
  },
});

Deno.test({
  name: "WORKERS: SIGTERM to the whole process group ends every process in order, after the calls under way",
  ignore,
  async fn() {
    // A session of its own, so that the signal meets the server's processes and not the tests.
    await using served = await ServedProcess.open({ env: { WORKERS: "2" }, before: ["setsid"] });
    const [worker] = await eventually(async () => {
      const found = childrenOf(served.pid);
      return found.length === 1 && await listening(served) === 2 ? found : undefined;
    });
    served.simulator.control.fault({ kind: "latency", ms: 1_500, times: Infinity });
    const before = served.simulator.log.length;
    const calls = Promise.all(ten(served));
    await eventually(() => served.simulator.log.length >= before + 10 || undefined);
    process.kill(-served.pid, "SIGTERM");
    assert.ok((await calls).every((ok) => ok), "a call under way was cut off");
    assert.equal(await served.ended(), 0, served.said.slice(-500));
    assert.throws(() => process.kill(worker!, 0), "a worker outlived the server");
    assert.doesNotMatch(served.said, /is started again/i);
  },
});

Deno.test({
  name: "WORKERS: a port that somebody else shares is not joined",
  ignore,
  async fn() {
    using stranger = Deno.listen({ hostname: "127.0.0.1", port: 0, reusePort: true });
    await assert.rejects(
      ServedProcess.open({ env: { WORKERS: "2", PORT: String(stranger.addr.port) } }),
      /taken by/,
    );
  },
});
