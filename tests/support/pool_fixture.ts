import type { Clock, Credential, CredentialId } from "../../src/core/mod.ts";
import { OWNER, Secret } from "../../src/core/mod.ts";
import {
  type CappedPool,
  createPool,
  type LeaseRequest,
  type PoolOptions,
  type PoolStore,
} from "../../src/pool/mod.ts";

import { buildConfigSnapshot, type ConfigSnapshot, emptyTables } from "../../src/state/mod.ts";

/** Clock of tests: time passes only when told to. */
export class StepClock implements Clock {
  #now: number;
  #tasks: { at: number; seq: number; task: () => void }[] = [];
  #seq = 0;

  constructor(start = Date.UTC(2026, 5, 1, 12)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, task: () => void): () => void {
    const entry = { at: this.#now + ms, seq: this.#seq++, task };
    this.#tasks.push(entry);
    return () => {
      this.#tasks = this.#tasks.filter((one) => one !== entry);
    };
  }

  /** Runs what is due within `ms`, in order, letting promises settle in between. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      for (let i = 0; i < 8; i++) await Promise.resolve();
      const next = this.#tasks.filter((one) => one.at <= end).sort((a, b) => a.at - b.at || a.seq - b.seq)[0];
      if (next === undefined) break;
      this.#tasks = this.#tasks.filter((one) => one !== next);
      this.#now = Math.max(this.#now, next.at);
      next.task();
    }
    this.#now = end;
  }
}

/** Database of tests: what every process of it sees. */
export interface MapDatabase {
  readonly records: Map<string, unknown>;
  readonly processes: { id: string; startedAt: number; until: number }[];
  readonly listeners: Set<() => void>;
}

export type MapStore = PoolStore & { readonly database: MapDatabase };

/** A store that keeps everything in one map, with the contract's promises about slices; several may share a database. */
export function mapStore(
  records: Map<string, unknown> = new Map(),
  more: { readonly processId?: string; readonly database?: MapDatabase; readonly now?: () => number } = {},
): MapStore {
  const database = more.database ?? { records, processes: [], listeners: new Set<() => void>() };
  const { processId = "p1", now = () => 0 } = more;
  return {
    database,
    processId,
    poolState: namedIn(database.records, "pool "),
    config: {
      current: () => configIn(database.records),
      subscribe(listener) {
        const call = () => listener(configIn(database.records), buildConfigSnapshot("0", emptyTables()));
        database.listeners.add(call);
        return () => void database.listeners.delete(call);
      },
    },
    processes: () => Promise.resolve(database.processes.filter((one) => one.until > now())),
    ...slicesIn(database.records, now),
  };
}

/** What the records `caps` and `settings <name>` come to; its lists are new ones each time. */
function configIn(records: Map<string, unknown>): ConfigSnapshot {
  const entryOf = (value: unknown) => ({ value: value as never, versionstamp: "" });
  const caps = (records.get("caps") ?? []) as readonly { readonly model: string }[];
  const settings = [...records].filter(([key]) => key.startsWith("settings "));
  return buildConfigSnapshot("0", {
    ...emptyTables(),
    cap: new Map(caps.map((cap) => [cap.model, entryOf(cap)])),
    setting: new Map(settings.map(([key, value]) => [key.slice("settings ".length), entryOf(value)])),
  });
}

function slicesIn(
  records: Map<string, unknown>,
  now: () => number,
): Pick<PoolStore, "takeSlice" | "returnSlice" | "noteInHand"> {
  const read = (window: string) => {
    const slice = records.get(`slice ${window}`) as { taken: number; expiresAt: number } | undefined;
    return slice !== undefined && slice.expiresAt > now() ? slice : { taken: 0, expiresAt: 0 };
  };
  return {
    noteInHand() {},
    takeSlice(window, want, limit, expiresAt) {
      const before = read(window);
      const granted = Math.max(0, Math.min(want, limit - before.taken));
      const taken = before.taken + granted;
      if (granted > 0) {
        records.set(`slice ${window}`, { taken, expiresAt: Math.max(before.expiresAt, expiresAt) });
      }
      return Promise.resolve({ granted, taken });
    },
    returnSlice(window, unused) {
      const before = read(window);
      if (before.expiresAt > 0) {
        records.set(`slice ${window}`, { ...before, taken: Math.max(0, before.taken - unused) });
      }
      return Promise.resolve();
    },
  };
}

function namedIn(records: Map<string, unknown>, prefix: string): PoolStore["poolState"] {
  const put = (name: string, value: unknown) => {
    records.set(prefix + name, structuredClone(value));
    return Promise.resolve();
  };
  return {
    get: (name) => Promise.resolve(records.get(prefix + name) as never),
    put,
    putAll: async (some) => {
      for (const { name, value } of some) await put(name, value);
    },
    remove: (name) => {
      records.delete(prefix + name);
      return Promise.resolve();
    },
    list: () =>
      Promise.resolve(
        [...records].filter(([key]) => key.startsWith(prefix)).map(([key, value]) => ({
          name: key.slice(prefix.length),
          value: value as never,
        })),
      ),
  };
}

export function credentialOf(id: string, more: Partial<Credential> = {}): Credential {
  return {
    id: id as CredentialId,
    source: "api_key",
    label: id,
    tail: id,
    tier: "standard",
    enabled: true,
    priority: 0,
    createdAt: 0,
    updatedAt: 0,
    key: new Secret(`key-of-${id}-0000`),
    ...more,
  } as Credential;
}

export const SETTINGS: PoolOptions["settings"] = {
  rotationMode: "balanced",
  rotationTolerance: 0,
  affinity: true,
  maxConcurrentRequestsPerKey: 3,
  priorityTierMultipliers: { free: 1, standard: 1, premium: 2, enterprise: 3 },
  sourceOrder: ["api_key", "antigravity", "gemini_cli", "vertex"],
  queueMaxWait: 60_000,
  queueMaxLength: 1_000,
};

export interface Bench {
  readonly pool: CappedPool;
  readonly clock: StepClock;
  readonly store: MapStore;
}

/** A pool on a step clock and a map store. */
export async function benchOf(
  credentials: readonly Credential[],
  more: {
    readonly settings?: Partial<PoolOptions["settings"]>;
    readonly catalog?: Partial<PoolOptions["catalog"]>;
    readonly clock?: StepClock;
    readonly store?: MapStore;
    readonly random?: () => number;
  } = {},
): Promise<Bench> {
  const clock = more.clock ?? new StepClock();
  const store = more.store ?? mapStore(new Map(), { now: () => clock.now() });
  let ids = 0;
  const pool = await createPool({
    store,
    settings: { ...SETTINGS, ...more.settings },
    catalog: { groupOf: () => undefined, servedBy: () => undefined, fallbacksOf: () => [], ...more.catalog },
    ports: { clock, random: more.random ?? (() => 0.5), newId: (prefix) => `${prefix}${ids++}` },
    credentials,
  });
  return { pool, clock, store };
}

export function leaseRequestOf(more: Partial<LeaseRequest> = {}): LeaseRequest {
  return {
    model: "gemini-flash",
    operation: "generate",
    sources: ["api_key", "antigravity", "gemini_cli", "vertex"],
    inputTokens: 100,
    session: "s1",
    client: OWNER,
    tried: new Set(),
    counted: true,
    ...more,
  };
}
