import { type Failure, nextPacificMidnight, type Random } from "../../src/core/mod.ts";

const MINUTE = 60_000;

/** One project as Google knows it; limits may change over time. */
export interface TrueProject {
  readonly keys: number;
  readonly rpm: (now: number) => number;
  readonly rpd?: number;
}

export interface TrueUpstreamOptions {
  readonly projects: readonly TrueProject[];
  /** Which project each key belongs to. */
  readonly owners: readonly number[];
  readonly window: "sliding" | "fixed";
  readonly random: Random;
  /** From when a key is refused for good. */
  readonly diesAt?: (key: number) => number;
  /** The odds that the model is overloaded at a time. */
  readonly overload?: (now: number) => number;
}

interface Counter {
  times: number[];
  day: number;
  dayEndsAt: number;
}

/** Counts as Google does, and knows every limit: the judge of the pool. */
export class TrueUpstream {
  served = 0;
  refused = 0;
  overloaded = 0;
  toDeadKeys = 0;
  readonly #options: TrueUpstreamOptions;
  readonly #counters: Counter[];

  constructor(options: TrueUpstreamOptions) {
    this.#options = options;
    this.#counters = options.projects.map(() => ({ times: [], day: 0, dayEndsAt: 0 }));
  }

  /** What Google answers to a call that arrives now; undefined is a success. */
  call(key: number, now: number): Failure | undefined {
    const { owners, projects, diesAt, overload, random } = this.#options;
    const at = owners[key] ?? 0;
    const project = projects[at], counter = this.#counters[at];
    if (project === undefined || counter === undefined) throw new Error(`No project for key ${key}`);
    if (diesAt !== undefined && now >= diesAt(key)) return this.#dead();
    if (overload !== undefined && random() < overload(now)) return this.#overloaded();
    this.#advance(counter, now);
    if (project.rpd !== undefined && counter.day >= project.rpd) return this.#dayOut(project.rpd, now);
    if (counter.times.length >= project.rpm(now)) return this.#minuteOut(project.rpm(now), counter, now);
    counter.times.push(now);
    counter.day++;
    this.served++;
    return undefined;
  }

  #advance(counter: Counter, now: number): void {
    const from = this.#options.window === "fixed" ? Math.floor(now / MINUTE) * MINUTE : now - MINUTE + 1e-6;
    counter.times = counter.times.filter((time) => time >= from);
    if (now < counter.dayEndsAt) return;
    counter.dayEndsAt = nextPacificMidnight(now);
    counter.day = 0;
  }

  #dead(): Failure {
    this.toDeadKeys++;
    return failure("credential_dead", 400, "credential");
  }

  #overloaded(): Failure {
    this.overloaded++;
    return failure("overloaded", 503, "model");
  }

  #dayOut(value: number, now: number): Failure {
    this.refused++;
    return {
      ...failure("quota", 429, "bucket"),
      until: nextPacificMidnight(now),
      limits: [{ kind: "requests_per_day", value }],
    };
  }

  #minuteOut(value: number, counter: Counter, now: number): Failure {
    this.refused++;
    const oldest = counter.times[Math.max(0, counter.times.length - value)] ?? now;
    const until = this.#options.window === "fixed"
      ? (Math.floor(now / MINUTE) + 1) * MINUTE
      : oldest + MINUTE;
    return {
      ...failure("rate_limit", 429, "bucket"),
      until,
      limits: [{ kind: "requests_per_minute", value }],
    };
  }
}

function failure(name: Failure["class"], status: number, scope: Failure["scope"]): Failure {
  return { class: name, status, message: `Google answered ${status}.`, scope };
}

/** What an oracle that knows every limit could serve between two times, at most. */
export function oracleCapacity(
  projects: readonly TrueProject[],
  from: number,
  to: number,
  alive: (project: number, now: number) => boolean = () => true,
): number {
  let sum = 0;
  projects.forEach((project, at) => {
    let dayLeft = project.rpd ?? Infinity, dayEndsAt = nextPacificMidnight(from);
    for (let now = from; now < to; now += 1_000) {
      if (now >= dayEndsAt) {
        dayLeft = project.rpd ?? Infinity;
        dayEndsAt = nextPacificMidnight(now);
      }
      const step = alive(at, now) ? Math.min(dayLeft, project.rpm(now) / 60) : 0;
      dayLeft -= step;
      sum += step;
    }
  });
  return sum;
}
