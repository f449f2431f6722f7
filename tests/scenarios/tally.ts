import { type Failure, nextPacificMidnight } from "../../src/core/mod.ts";
import type { Denial } from "./contender.ts";
import type { Turn } from "./driver.ts";

/** Counts what happened, and after the warm-up what is judged. */
export class Tally {
  turns = 0;
  ok = 0;
  judgedOk = 0;
  judgedTurns = 0;
  judgedRefused = 0;
  failures = 0;
  denials = 0;
  /** Relative errors of stated retry times, for clients that came back when they were told: how far off they were served. */
  readonly keptErrors: number[] = [];
  deniedWithoutTime = 0;
  falseResets = 0;
  readonly waits: number[] = [];
  readonly bySession = new Map<string, number>();
  /** Judged arrivals by the end of their Pacific day. */
  readonly byDay = new Map<number, number>();
  readonly #judgeFrom: number;

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

  /** A client that came back when it was told was served: how far off was the time? */
  kept(promise: { readonly at: number; readonly until: number }, now: number): void {
    if (promise.at < this.#judgeFrom) return;
    this.keptErrors.push(Math.abs(now - promise.until) / Math.max(1_000, promise.until - promise.at));
  }

  /** It was refused again. */
  broken(promise: { readonly at: number }): void {
    if (promise.at >= this.#judgeFrom) this.keptErrors.push(1);
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

  denied(_turn: Turn, denial: Denial, now: number): void {
    this.denials++;
    if (denial.code === "insufficient_quota" && denial.until !== nextPacificMidnight(now)) this.falseResets++;
    if (denial.until === undefined) this.deniedWithoutTime++;
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
    const errors = this.keptErrors;
    return errors.length === 0 ? undefined : errors.filter((error) => error <= 0.1).length / errors.length;
  }

  /** Jain's index over what each session got: 1 is equal, 1/n is one session taking all. */
  get fairness(): number {
    const shares = [...this.bySession.values()];
    const sum = shares.reduce((a, b) => a + b, 0);
    return sum === 0 ? 1 : sum ** 2 / (shares.length * shares.reduce((a, b) => a + b * b, 0));
  }
}
