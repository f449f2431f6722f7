import assert from "node:assert/strict";
import { join } from "node:path";
import { ReservedPort } from "../support/reserved_port.ts";
import { ServedProcess } from "../support/served_process.ts";
import type { ChaosCase } from "./chaos_case.ts";
import { removeFolder } from "../support/remove_folder.ts";

/** The denokv program, where it is installed (`cargo install denokv --locked`). */
const DENOKV = Deno.env.get("GEMINITRO_DENOKV");
const TOKEN = "geminitro-chaos-access-token";

/** A KV Connect server that may be killed and started again. */
class KvServer implements AsyncDisposable {
  readonly #folder = Deno.makeTempDirSync({ prefix: "geminitro-denokv-" });
  readonly #reserved = new ReservedPort();
  readonly port = this.#reserved.port;
  #child: Deno.ChildProcess;

  constructor() {
    this.#child = this.#spawn();
  }

  #spawn(): Deno.ChildProcess {
    const path = join(this.#folder, "kv.sqlite3");
    const args = [
      "--sqlite-path",
      path,
      "serve",
      "--access-token",
      TOKEN,
      "--addr",
      `127.0.0.1:${this.port}`,
    ];
    return new Deno.Command(DENOKV ?? "denokv", { args, stdout: "null", stderr: "null" }).spawn();
  }

  async listening(): Promise<void> {
    for (let turn = 0; turn < 100; turn++) {
      try {
        (await Deno.connect({ hostname: "127.0.0.1", port: this.port })).close();
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    throw new Error("denokv does not listen");
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
  }

  async start(): Promise<void> {
    this.#child = this.#spawn();
    await this.listening();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    this.#reserved[Symbol.dispose]();
    await removeFolder(this.#folder);
  }
}

const serverGone: ChaosCase = {
  fault: "The KV Connect server is gone",
  made: "two processes share a server that is killed for five seconds while calls go on",
  skip: DENOKV === undefined ? "needs GEMINITRO_DENOKV, the path of the denokv program" : undefined,
  async run() {
    await using server = new KvServer();
    await server.listening();
    const env = {
      GEMINITRO_KV: `http://127.0.0.1:${server.port}`,
      DENO_KV_ACCESS_TOKEN: TOKEN,
      GEMINITRO_MASTER_KEY: "5e".repeat(32),
    };
    await using first = await ServedProcess.open({ env });
    await using second = await ServedProcess.open({ env });
    await untilBothServe(first, second);
    const before = await settled(first);
    await server.kill();
    const end = performance.now() + 5_000;
    let asked = 0;
    while (performance.now() < end) {
      for (const one of [first, second]) assert.equal((await one.ask()).status, 200);
      asked += 2;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await server.start();
    await untilBothServe(first, second);
    const counted = await settled(first, before + asked);
    assert.ok(counted >= before + asked, `${counted} counted of ${before + asked}`);
    assert.deepEqual([await first.stop(), await second.stop()], [0, 0]);
    return {
      client: "nothing: every process serves on with what it has",
      kept: "every call of that time is counted when the server is back",
      heals: "by itself when the server is back",
    };
  },
};

/** Requests that are counted, once the count stands still or has reached `wanted`. */
async function settled(served: ServedProcess, wanted = 0): Promise<number> {
  let last = -1;
  for (let turn = 0; turn < 60; turn++) {
    const { totalRequests } = await served.api<{ totalRequests: number }>("/api/stats");
    if (totalRequests >= wanted && totalRequests === last) return totalRequests;
    last = totalRequests;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return last;
}

async function untilBothServe(first: ServedProcess, second: ServedProcess): Promise<void> {
  for (let turn = 0; turn < 60; turn++) {
    const [left, right] = await Promise.all([first.ask(), second.ask()]);
    if (left.status === 200 && right.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error("They do not both serve");
}

export const serverCases: readonly ChaosCase[] = [serverGone];
