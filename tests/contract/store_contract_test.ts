import { join } from "node:path";
import { openStore, type Store, type StoreOptions } from "../../src/store/mod.ts";
import type { Bench } from "../support/store_case.ts";
import { storeCases } from "../support/store_cases.ts";
import { HandClock, randomId } from "../support/store_ports.ts";
import { removeFolder } from "../support/remove_folder.ts";

type Where = Pick<StoreOptions, "path" | "home" | "masterKey" | "kv">;

/** Runs `work` on a bench whose databases lie at `where`, and closes all of them. */
async function onBench(where: Where, work: (bench: Bench) => Promise<void>): Promise<void> {
  const clock = new HandClock();
  const stores: Store[] = [];
  const open = async (kv?: Deno.Kv) => {
    const ports = { clock, random: Math.random, newId: randomId };
    const store = await openStore({ ...where, ...ports, ...(kv === undefined ? {} : { kv }) });
    stores.push(store);
    return store;
  };
  try {
    const store = await open();
    const shared = where.path === ":memory:" ? store.kv : undefined;
    await work({ store, clock, unique: (text) => randomId(text), other: () => open(shared) });
  } finally {
    for (const store of stores.reverse()) await store.close();
  }
}

async function onFile(work: (bench: Bench) => Promise<void>): Promise<void> {
  const home = await Deno.makeTempDir();
  try {
    await onBench({ path: join(home, "store.sqlite3"), home }, work);
  } finally {
    await removeFolder(home);
  }
}

const masterKey = "5e".repeat(32);
const server = Deno.env.get("DENO_KV_URL");

for (const { name, run } of storeCases) {
  Deno.test(`store in memory: ${name}`, () => onBench({ path: ":memory:", masterKey }, run));
  Deno.test(`store in a file: ${name}`, () => onFile(run));
}

Deno.test({
  name: "store on the KV Connect server that DENO_KV_URL names",
  ignore: server === undefined,
  async fn(test) {
    for (const { name, run } of storeCases) {
      await test.step(name, () => onBench({ path: server ?? "", masterKey }, run));
    }
  },
});
