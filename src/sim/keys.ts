import { matchesGlob } from "../core/mod.ts";
import {
  consumerSuspended,
  keyExpired,
  keyInvalid,
  keyLeaked,
  keyNotFound,
  noKey,
  referrerBlocked,
  type Rejection,
  serviceBlocked,
  serviceDisabled,
} from "./errors.ts";
import { QuotaCounter, type QuotaLimits, regionLimitZero } from "./quota.ts";

/** The state of a key at Google. `service_blocked` lets models.list through and refuses generation. */
export type KeyState =
  | "valid"
  | "invalid"
  | "deleted"
  | "expired"
  | "leaked"
  | "suspended"
  | "service_disabled"
  | "service_blocked"
  | "referrer_blocked"
  /** The old 429 of a project whose region has a limit of 0. */
  | "region_limit_zero";

/** A Google Cloud project: its keys share its quotas. */
export interface SimProject {
  readonly id: string;
  /** The project number that error bodies name; made from the id when absent. */
  readonly number?: string;
  readonly keys: readonly string[];
  /** By model glob (`*` matches anything); the first that matches counts. Absent: nothing is limited. */
  readonly limits?: Readonly<Record<string, QuotaLimits>>;
  /** How a minute is counted; default sliding. */
  readonly window?: "sliding" | "fixed";
  /** The wording of its 429 bodies; default free. */
  readonly tier?: "free" | "paid";
}

/** One project in the running simulator: its key states and its counters. */
export class ProjectBook {
  readonly project: SimProject;
  readonly number: string;
  readonly #counters = new Map<string, QuotaCounter>();
  readonly #limits: Map<string, QuotaLimits>;

  constructor(project: SimProject) {
    this.project = project;
    this.number = project.number ?? numberOf(project.id);
    this.#limits = new Map(Object.entries(project.limits ?? {}));
  }

  counter(model: string): QuotaCounter {
    let counter = this.#counters.get(model);
    if (!counter) this.#counters.set(model, counter = new QuotaCounter(this.project.window ?? "sliding"));
    return counter;
  }

  limitsFor(model: string): QuotaLimits | undefined {
    for (const [glob, limits] of this.#limits) if (matchesGlob(glob, model)) return limits;
    return undefined;
  }

  setLimits(glob: string, limits: QuotaLimits | undefined): void {
    const others = [...this.#limits].filter(([known]) => known !== glob);
    this.#limits.clear();
    if (limits) this.#limits.set(glob, limits);
    for (const [known, kept] of others) this.#limits.set(known, kept);
  }
}

/** A stable twelve-digit number for a project id. */
function numberOf(id: string): string {
  let hash = 7;
  for (const char of id) hash = (hash * 31 + char.charCodeAt(0)) % 900_000_000_000;
  return String(100_000_000_000 + hash);
}

export interface KeyHolder {
  readonly key: string;
  readonly book: ProjectBook;
  state: KeyState;
}

/** All keys of the simulator. */
export class KeyRing {
  readonly books: readonly ProjectBook[];
  readonly #holders = new Map<string, KeyHolder>();

  constructor(projects: readonly SimProject[]) {
    this.books = projects.map((project) => new ProjectBook(project));
    for (const book of this.books) {
      for (const key of book.project.keys) this.#holders.set(key, { key, book, state: "valid" });
    }
  }

  find(key: string): KeyHolder | undefined {
    return this.#holders.get(key);
  }

  /** Sets the state of a key; unknown keys are an error of the test. */
  setState(key: string, state: KeyState): void {
    const holder = this.#holders.get(key);
    if (!holder) throw new Error("The simulator has no such key; add it to a project first.");
    holder.state = state;
  }

  /** The holder whose key may call `method`, or Google's refusal. */
  admit(key: string | null, method: string, referrer: string | null): KeyHolder | Rejection {
    if (key === null || key === "") return noKey();
    const holder = this.#holders.get(key);
    if (!holder) return keyInvalid();
    return refusalOf(holder, method, referrer) ?? holder;
  }
}

function refusalOf(holder: KeyHolder, method: string, referrer: string | null): Rejection | undefined {
  switch (holder.state) {
    case "valid":
      return undefined;
    case "invalid":
      return keyInvalid();
    case "deleted":
      return keyNotFound();
    case "expired":
      return keyExpired();
    case "leaked":
      return keyLeaked();
    case "suspended":
      return consumerSuspended(holder.key, holder.book.number);
    case "service_disabled":
      return serviceDisabled(holder.book.number);
    case "service_blocked":
      return method.startsWith("List") || method.startsWith("Get")
        ? undefined
        : serviceBlocked(holder.book.number, method);
    case "region_limit_zero":
      return method.startsWith("List") || method.startsWith("Get")
        ? undefined
        : regionLimitZero(holder.book.number);
    case "referrer_blocked":
      return referrerBlocked(holder.book.number, referrer);
  }
}

const FREE_LIMITS = {
  "gemini-*-pro*": { rpm: 30, tpm: 1_000_000, rpd: 1000 },
  "gemini-embedding-*": { rpm: 300, tpm: 1_000_000, rpd: 10_000 },
  "*": { rpm: 60, tpm: 2_000_000, rpd: 5000 },
};

/** A made-up key of the usual shape: `AIzaSyDEMO` and 29 more characters. */
function demoKey(serial: number): string {
  return `AIzaSyDEMO${String(serial).padStart(29, "0")}`;
}

/** Three projects with five keys for the demonstration; two projects have two keys, to show shared quotas. */
export function sampleProjects(): readonly SimProject[] {
  return [
    { id: "demo-alpha", number: "100000000001", keys: [demoKey(1), demoKey(2)], limits: FREE_LIMITS },
    { id: "demo-beta", number: "100000000002", keys: [demoKey(3), demoKey(4)], limits: FREE_LIMITS },
    { id: "demo-gamma", number: "100000000003", keys: [demoKey(5)], limits: FREE_LIMITS },
  ];
}
