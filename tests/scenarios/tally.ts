import { type Failure, nextPacificMidnight } from "../../src/core/mod.ts";
import type { Denial } from "./contender.ts";
import type { Turn } from "./driver.ts";

interface OpenPromise {
  readonly at: number;
  readonly until: number;
  /** Grants after which a call refused now would have had its turn. */
  readonly grant: number;
}

/** Counts what happened, and after the warm-up what is judged. */
export class Tally {
  turns = 0;
  ok = 0;
  judgedOk = 0;
  judgedTurns = 0;
  judgedRefused = 0;
  failures = 0;
  denials = 0;
  /** Relative errors of stated retry times against the moment at which the call would have had its turn. */
  readonly promiseErrors: number[] = [];
  deniedWithoutTime = 0;
  falseResets = 0;
  readonly waits: number[] = [];
  readonly bySession = new Map<string, number>();
  /** Judged arrivals by the end of their Pacific day. */
  readonly byDay = new Map<number, number>();
  readonly #judgeFrom: number;
  readonly #promises: OpenPromise[] = [];
  #grants = 0;

  constructor(judgeFrom: number) {
    this.#judgeFrom = judgeFrom;
  }

  arrived(turn: Turn): void {
    this.turns++;
    if (turn.arrivedAt < this.#judgeFrom) return;
    this.judgedTurns++;
    const day = nextPacificMidnight(turn.arrivedAt);
    this.byDay.set(day, (this.byDay.get(day) ?? 0) + 1);
  }

  granted(now: number): void {
    this.#grants++;
    while (this.#promises[0] !== undefined && this.#promises[0].grant <= this.#grants) {
      const promise = this.#promises.shift();
      if (promise === undefined || promise.at < this.#judgeFrom) continue;
      this.promiseErrors.push(Math.abs(now - promise.until) / Math.max(1_000, promise.until - promise.at));
    }
  }

  answered(failure: Failure | undefined, now: number): void {
    if (failure?.status === 429 && now >= this.#judgeFrom) this.judgedRefused++;
  }

  completed(turn: Turn, waitedMs: number, now: number): void {
    this.ok++;
    this.bySession.set(turn.session, (this.bySession.get(turn.session) ?? 0) + 1);
    if (now < this.#judgeFrom) return;
    this.judgedOk++;
    this.waits.push(waitedMs);
  }

  denied(_turn: Turn, denial: Denial, now: number, waiting: number): void {
    this.denials++;
    if (denial.code === "insufficient_quota" && denial.until !== nextPacificMidnight(now)) this.falseResets++;
    if (denial.until === undefined) this.deniedWithoutTime++;
    else if (denial.until - now < 600_000 && denial.code !== "insufficient_quota") {
      this.#promises.push({ at: now, until: denial.until, grant: this.#grants + waiting + 1 });
    }
  }

  failed(_turn: Turn, _now: number): void {
    this.failures++;
  }

  quantile(part: number): number {
    const sorted = this.waits.toSorted((a, b) => a - b);
    return Math.round(sorted[Math.floor(sorted.length * part)] ?? 0);
  }

  /** Share of retry times that proved true within a tenth. */
  get truePromises(): number | undefined {
    const errors = this.promiseErrors;
    return errors.length === 0 ? undefined : errors.filter((error) => error <= 0.1).length / errors.length;
  }

  /** Jain's index over what each session got: 1 is equal, 1/n is one session taking all. */
  get fairness(): number {
    const shares = [...this.bySession.values()];
    const sum = shares.reduce((a, b) => a + b, 0);
    return sum === 0 ? 1 : sum ** 2 / (shares.length * shares.reduce((a, b) => a + b * b, 0));
  }
}
