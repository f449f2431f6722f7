/** Opens a store in the folder again and again, each time with something taken away; prints what is said of it, a line a case; with `once` only as it is. */
import { createManualClock } from "../../src/sim/mod.ts";
import { openStore } from "../../src/store/mod.ts";

const [home = "", once] = Deno.args;
const path = `${home}/geminitro.sqlite3`;
let ids = 0;

async function open(): Promise<string> {
  const clock = createManualClock(0);
  try {
    const store = await openStore({
      path,
      clock,
      random: () => 0.5,
      newId: (prefix) => `${prefix}${ids++}`,
    });
    await store.close();
    return "opened";
  } catch (cause) {
    return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  }
}

const chmod = (file: string, mode: number) => async () => await Deno.chmod(file, mode);

async function fill(): Promise<void> {
  using file = await Deno.open(`${home}/ballast`, { create: true, write: true });
  for (let size = 64 * 1024; size >= 512; size = size / 2) {
    try {
      while (true) await file.write(new Uint8Array(size));
    } catch {
      // This much is not free any more; less may be.
    }
  }
}

const CASES: readonly (readonly [name: string, take: () => Promise<void>, give: () => Promise<void>])[] = [
  ["nothing", async () => {}, async () => {}],
  ["database", chmod(path, 0o400), chmod(path, 0o600)],
  ["key", chmod(`${home}/secret.key`, 0o000), chmod(`${home}/secret.key`, 0o600)],
  ["room", fill, () => Deno.remove(`${home}/ballast`)],
  ["nothing", async () => {}, async () => {}],
];
for (const [name, take, give] of once === undefined ? CASES : CASES.slice(0, 1)) {
  await take();
  console.log(`${name}: ${await open()}`);
  await give();
}
