import type { Random } from "../../src/core/mod.ts";
import type { Claim, Contender, Denial, Grant } from "./contender.ts";
import type { EventClock } from "./event_clock.ts";
import type { Tally } from "./tally.ts";
import type { TrueUpstream } from "./true_upstream.ts";

/** As many tries as the relay gives a turn. */
const MOST_ATTEMPTS = 10;

/** One turn of an agent, from its arrival to its answer or its refusal. */
export interface Turn {
  readonly client: string;
  readonly session: string;
  readonly model: string;
  /** Input tokens; 1,000 when not said. A turn that comes back has the same. */
  readonly inputTokens?: number;
  readonly arrivedAt: number;
  readonly done?: (ok: boolean) => void;
}

interface Life {
  readonly turn: Turn;
  readonly tried: Set<number>;
  readonly classes: string[];
  pinned: number | undefined;
  sameKeyRetries: number;
  promise?: { readonly at: number; readonly until: number } | undefined;
}

/** Plays turns against a contender and the true upstream, with the relay's rules for what follows a failure. */
export class Driver {
  constructor(
    readonly clock: EventClock,
    readonly contender: Contender,
    readonly upstream: TrueUpstream,
    readonly tally: Tally,
    readonly random: Random,
    readonly obedient = false,
  ) {}

  start(turn: Turn): void {
    this.tally.arrived(turn);
    this.#ask({ turn, tried: new Set(), classes: [], pinned: undefined, sameKeyRetries: 0 });
  }

  #ask(life: Life): void {
    const claim: Claim = {
      client: life.turn.client,
      session: life.turn.session,
      model: life.turn.model,
      inputTokens: life.turn.inputTokens ?? 1_000,
      tried: life.tried,
      attempt: life.classes.length + 1,
      sameKeyRetries: life.sameKeyRetries,
      classes: life.classes,
      ...(life.pinned === undefined ? {} : { pinned: life.pinned }),
    };
    this.contender.claim(claim, (answer) => this.#answered(life, answer));
  }

  #answered(life: Life, answer: Grant | Denial): void {
    const now = this.clock.now();
    if (answer.kind === "denial") {
      if (this.#comeBack(life, answer, now)) return;
      this.tally.denied(life.turn, answer, now);
      life.turn.done?.(false);
      return;
    }
    if (life.promise !== undefined) this.tally.kept(life.promise, now);
    life.promise = undefined;
    // 20 to 80 ms to Google; a refusal comes back at once, an answer takes 0.3 to 1.5 s.
    this.clock.after(20 + this.random() * 60, () => this.#arrive(life, answer, now));
  }

  /** An obedient client waits until the time it was told, then asks again. */
  #comeBack(life: Life, denial: Denial, now: number): boolean {
    if (!this.obedient || denial.until === undefined || denial.code === "insufficient_quota") return false;
    if (life.promise !== undefined) this.tally.broken(life.promise);
    life.promise = { at: now, until: denial.until };
    this.clock.after(denial.until - now, () => this.#ask(life));
    return true;
  }

  #arrive(life: Life, grant: Grant, sentAt: number): void {
    const failure = this.upstream.call(grant.key, this.clock.now());
    this.tally.answered(failure, this.clock.now());
    const back = failure === undefined ? 300 + this.random() * 1_200 : 30;
    this.clock.after(back, () => {
      if (failure === undefined) {
        grant.succeed();
        this.tally.completed(life.turn, sentAt - life.turn.arrivedAt, this.clock.now());
        life.turn.done?.(true);
        return;
      }
      this.#failed(life, grant, grant.fail(failure), failure.class);
    });
  }

  #failed(life: Life, grant: Grant, verdict: ReturnType<Grant["fail"]>, name: string): void {
    life.classes.push(name);
    if (
      verdict.next === "stop" ||
      life.classes.filter((one) => one !== "credential_dead").length >= MOST_ATTEMPTS
    ) {
      this.tally.failed(life.turn, this.clock.now());
      life.turn.done?.(false);
      return;
    }
    life.pinned = verdict.next === "same" ? grant.key : undefined;
    life.sameKeyRetries = verdict.next === "same" ? life.sameKeyRetries + 1 : 0;
    if (verdict.next === "other") life.tried.add(grant.key);
    if (verdict.delayMs > 0) this.clock.after(verdict.delayMs, () => this.#ask(life));
    else this.#ask(life);
  }
}
