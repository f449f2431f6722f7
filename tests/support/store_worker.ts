/**
 * One of several processes that use the same database at once. Obeys commands, one JSON object a line on standard input, and
 * answers each with one line on standard output.
 */
import { TextLineStream } from "./store_lines.ts";
import { openStore, type Store } from "../../src/store/mod.ts";
import { randomId, systemClock } from "./store_ports.ts";

interface Command {
  readonly do: string;
  readonly name?: string;
  readonly count?: number;
  readonly limit?: number;
  readonly expiresAt?: number;
  readonly epoch?: string;
}

const [path = "", home = "", masterKey = ""] = Deno.args;
const ports = { clock: systemClock, random: Math.random, newId: randomId };
const store = await openStore({ path, home, ...ports, ...(masterKey === "" ? {} : { masterKey }) });

/** Adds `count` keys and removes every second one of them; answers with those that must stay. */
async function keys(command: Command): Promise<unknown> {
  const stay: string[] = [];
  for (let index = 0; index < (command.count ?? 0); index++) {
    const added = await store.credentials.add({
      source: "api_key",
      key: `AIza-${command.name}-${index}-0000000000`,
    });
    if (!added.ok) return { problem: added.error };
    if (index % 2 === 0) stay.push(added.value.id);
    else if (!(await store.credentials.remove(added.value.id)).ok) return { problem: "remove" };
  }
  return { stay };
}

/** Takes and partly returns units; answers with what it kept and the largest total it was told of. */
async function slices(command: Command): Promise<unknown> {
  const { name = "", count = 0, limit = 0, expiresAt = 0 } = command;
  let kept = 0;
  let most = 0;
  for (let index = 0; index < count; index++) {
    const { granted, taken } = await store.takeSlice(name, 1 + index % 5, limit, expiresAt);
    kept += granted;
    most = Math.max(most, taken);
    if (granted > 2 && index % 3 === 0) {
      await store.returnSlice(name, 1);
      kept -= 1;
    }
  }
  return { kept, most };
}

/** Tries to be the only one inside, `count` times; a second one inside would fail to make the folder. */
async function leases(command: Command): Promise<unknown> {
  const mark = `${home}/inside`;
  let won = 0;
  for (let index = 0; index < (command.count ?? 0); index++) {
    const lease = await store.lease(command.name ?? "", 30_000);
    if (lease === undefined) continue;
    won++;
    await Deno.mkdir(mark);
    await Deno.remove(mark);
    await lease.release();
  }
  return { won };
}

/** Answers as soon as this process knows the epoch, with the milliseconds that took. */
function sees(command: Command): Promise<unknown> {
  const start = performance.now();
  const known = () => store.epoch() >= (command.epoch ?? "");
  return new Promise((resolve) => {
    const done = () => resolve({ ms: performance.now() - start });
    if (known()) return done();
    const stop = store.config.subscribe(() => {
      if (!known()) return;
      stop();
      done();
    });
  });
}

const COMMANDS: Readonly<Record<string, (command: Command, store: Store) => Promise<unknown>>> = {
  keys,
  slices,
  leases,
  sees,
  add: (command) => store.credentials.add({ source: "api_key", key: command.name ?? "" }),
  alias: async (command) => {
    await store.aliases.put({ name: command.name ?? "", target: "gemini-2.5-pro" });
    return { epoch: store.epoch() };
  },
  processes: async () => ({ count: (await store.processes()).length }),
};

const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
for await (const line of lines) {
  const command: Command = JSON.parse(line);
  if (command.do === "close") break;
  const answer = await COMMANDS[command.do]?.(command, store);
  await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(answer ?? null) + "\n"));
}
await store.close();
