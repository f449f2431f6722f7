/**
 * The program is killed again and again while keys, names, clients and limits are changed and calls run. Whatever was
 * acknowledged holds after each start, and no limit is ever passed.
 */
import assert from "node:assert/strict";
import { isObject } from "../../src/core/mod.ts";
import { DEFAULT_MODELS } from "../../src/sim/mod.ts";
import { KEYS } from "../support/proxy_under_test.ts";
import { ServedProcess } from "../support/served_process.ts";

/** 200 for the long run. */
const KILLS = Number(Deno.env.get("GEMINITRO_KILLS") ?? "20");
const SLOTS = 24;
const CALLERS = 6;
const PRO = "gemini-2.5-pro";
/** Calls that each round allows beyond those that the last one did. */
const MORE_CALLS = 12;
const HEADERS = { authorization: "Bearer geminitro", "content-type": "application/json" };

/** Models whose limits are changed; calls go to another one. */
const MODELS = DEFAULT_MODELS.map(({ name }) => name).filter((name) => /^gemini-\d[\d.]*-flash/.test(name));

/** Keys that are added and removed, each with a project of its own; the last four characters tell them apart. */
const SPARE = Array.from({ length: SLOTS }, (_, slot) => `AIzaSySpare${`K${slot + 100}`.padStart(28, "0")}`);

type Row = Readonly<Record<string, unknown>>;
/** Throws when there is no answer; an answer that is no success fails the test. */
type Api = (method: string, path: string, body?: unknown) => Promise<Row>;

/** Things of one kind, in slots, that are put and removed through the management API. */
interface Kind {
  readonly slots: number;
  readonly name: (slot: number) => string;
  readonly put: (
    api: Api,
    slot: number,
    serial: number,
  ) => Promise<{ readonly id: string; readonly value: string }>;
  readonly path: string;
  readonly list: string;
  /** A row of the list as what is compared; undefined when it is no thing of these slots. */
  readonly read: (
    row: Row,
  ) => { readonly name: unknown; readonly id: unknown; readonly value: unknown } | undefined;
  /** A thing that is there may be put again, with another value. */
  readonly twice: boolean;
}

const KINDS: readonly Kind[] = [
  {
    slots: SLOTS,
    name: (slot) => SPARE[slot]!.slice(-4),
    async put(api, slot) {
      const reply = await api("POST", "/api/keys", { key: SPARE[slot], validate: slot % 2 === 0 });
      assert.equal(reply["ok"], true, JSON.stringify(reply));
      return { id: String(reply["id"]), value: "" };
    },
    path: "/api/keys",
    list: "/api/keys/safe",
    read: ({ id, tail }) => ({ name: String(tail).slice(-4), id, value: "" }),
    twice: false,
  },
  {
    slots: SLOTS,
    name: (slot) => `name-${slot}`,
    async put(api, slot, serial) {
      const target = serial % 2 === 0 ? PRO : "gemini-2.5-flash";
      await api("PUT", `/api/aliases/name-${slot}`, { target });
      return { id: `name-${slot}`, value: target };
    },
    path: "/api/aliases",
    list: "/api/aliases",
    read: ({ name, target }) => ({ name, id: name, value: target }),
    twice: true,
  },
  {
    slots: MODELS.length,
    name: (slot) => MODELS[slot]!,
    async put(api, slot, serial) {
      await api("POST", "/api/stats/caps", { model: MODELS[slot]!, limit: 1_000 + serial });
      return { id: MODELS[slot]!, value: String(1_000 + serial) };
    },
    path: "/api/stats/caps",
    list: "/api/stats/caps",
    read: ({ model, limit }) => ({ name: model, id: model, value: limit }),
    twice: true,
  },
  {
    slots: SLOTS,
    name: (slot) => `client-${slot}`,
    async put(api, slot) {
      const { client } = await api("POST", "/api/clients", { name: `client-${slot}` });
      assert.ok(isObject(client));
      return { id: String(client["id"]), value: "active" };
    },
    path: "/api/clients",
    list: "/api/clients",
    read: ({ id, name, status }) => status === "active" ? { name, id, value: status } : undefined,
    twice: false,
  },
];

/** What was acknowledged of one kind. */
class Acknowledged {
  /** By name: value and id, or undefined for what is not there. What is not here may be there or not. */
  readonly #sure = new Map<string, { readonly id: string; readonly value: string } | undefined>();
  changes = 0;

  constructor(readonly kind: Kind) {
    for (let slot = 0; slot < kind.slots; slot++) this.#sure.set(kind.name(slot), undefined);
  }

  /** Makes one change after another until one has no answer. */
  async change(api: Api): Promise<void> {
    try {
      for (;; this.changes++) {
        const slot = Math.floor(Math.random() * this.kind.slots);
        const name = this.kind.name(slot);
        const there = this.#sure.get(name);
        this.#sure.delete(name);
        if (there === undefined || (this.kind.twice && Math.random() < 0.5)) {
          this.#sure.set(name, await this.kind.put(api, slot, this.changes));
        } else {
          await api("DELETE", `${this.kind.path}/${there.id}`);
          this.#sure.set(name, undefined);
        }
      }
    } catch (cause) {
      if (cause instanceof assert.AssertionError) throw cause;
    }
  }

  /** Compares with what there is, and takes over what became of a change that had no answer. */
  async check(served: ServedProcess, where: string): Promise<void> {
    const list = await served.api<unknown>(this.kind.list);
    const rows = isObject(list) ? list["caps"] : list;
    assert.ok(Array.isArray(rows), JSON.stringify(list).slice(0, 300));
    const found = new Map(rows.flatMap((row) => {
      const read = this.kind.read(row);
      return read === undefined
        ? []
        : [[String(read.name), { id: String(read.id), value: String(read.value) }] as const];
    }));
    for (let slot = 0; slot < this.kind.slots; slot++) {
      const name = this.kind.name(slot);
      if (this.#sure.has(name)) {
        assert.deepEqual(found.get(name), this.#sure.get(name), `${where}: ${this.kind.path} ${name}`);
      }
      this.#sure.set(name, found.get(name));
    }
  }
}

/** Asks the management API; each answer must be a success. */
function apiOf(served: ServedProcess): Api {
  return async (method, path, body) => {
    const response = await fetch(served.url + path, {
      method,
      headers: HEADERS,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
    return JSON.parse(text === "" ? "{}" : text) as Row;
  };
}

/** Calls the limited model until there is no answer; counts the answers by their status. */
async function caller(served: ServedProcess, statuses: Map<number, number>): Promise<void> {
  const body = JSON.stringify({ model: PRO, messages: [{ role: "user", content: "hello" }] });
  try {
    for (;;) {
      const response = await fetch(`${served.url}/v1/chat/completions`, {
        method: "POST",
        headers: HEADERS,
        body,
      });
      await response.text();
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      if (response.status === 429) await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } catch {
    // The server is gone.
  }
}

/** Half a day away, so that no period ends while the test runs. */
function farReset(): string {
  return `${String((new Date().getUTCHours() + 12) % 24).padStart(2, "0")}:00`;
}

Deno.test(`killed ${KILLS} times under changes and calls: what was acknowledged holds, and limits do`, async () => {
  const projects = [...KEYS, ...SPARE].map((key, index) => ({ id: `project-${index}`, keys: [key] }));
  await using served = await ServedProcess.open({
    projects,
    logLimit: 100_000,
    env: { GEMINI_API_KEYS: KEYS.join(), QUEUE_MAX_WAIT: "0", MAX_CONCURRENT_REQUESTS_PER_KEY: "20" },
  });
  const api = apiOf(served);
  const kinds = KINDS.map((kind) => new Acknowledged(kind));
  const statuses = new Map<number, number>();
  await api("POST", "/api/stats/caps/config", { resetTime: farReset(), timezone: "UTC" });
  // A key of the environment that is removed stays removed as well.
  const [, removed] = await served.api<readonly { id: string }[]>("/api/keys/safe");
  assert.ok(removed !== undefined);
  await api("DELETE", `/api/keys/${removed.id}`);
  let counted = 0;
  for (let round = 1; round <= KILLS; round++) {
    const limit = round * MORE_CALLS;
    await api("POST", "/api/stats/caps", {
      model: PRO,
      limit,
      unit: "requests",
      period: "daily",
      action: "reject",
    });
    const busy = [
      ...kinds.map((kind) => kind.change(api)),
      ...Array.from({ length: CALLERS }, () => caller(served, statuses)),
    ];
    // Nothing may be left without an owner when one of them fails.
    const done = Promise.allSettled(busy);
    await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 900));
    await served.kill();
    for (const one of await done) if (one.status === "rejected") throw one.reason;
    counted = served.simulator.log.filter(({ model, method }) =>
      model === PRO && /generate/i.test(method)
    ).length;
    assert.ok(counted <= limit, `round ${round}: ${counted} calls where ${limit} are allowed`);
    await served.start();
    const where = `after kill ${round}`;
    for (const kind of kinds) await kind.check(served, where);
    const keys = await served.api<readonly { id: string }[]>("/api/keys/safe");
    assert.ok(
      keys.every(({ id }) => id !== removed.id),
      `${where}: a removed key of the environment is back`,
    );
    const caps = await served.api<{ caps: readonly { model: string; limit: number }[] }>("/api/stats/caps");
    assert.equal(caps.caps.find(({ model }) => model === PRO)?.limit, limit, `${where}: the limit`);
  }
  const changes = kinds.map(({ kind, changes }) => `${changes} of ${kind.path}`).join(", ");
  const answers = [...statuses].map(([status, count]) => `${count} x ${status}`).join(", ");
  console.log(
    `${KILLS} kills; acknowledged ${changes}; answers ${answers}; ${counted} limited calls of ${
      KILLS * MORE_CALLS
    }`,
  );
  for (const { kind, changes } of kinds) assert.ok(changes > KILLS, `${changes} changes of ${kind.path}`);
  assert.ok(counted > KILLS, `${counted} calls`);
  assert.deepEqual([...statuses.keys()].filter((status) => status !== 200 && status !== 429), [], answers);
});
