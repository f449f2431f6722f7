import {
  type CredentialId,
  type Failure,
  isObject,
  type Random,
  storedFailureClass,
} from "../../core/mod.ts";
import { TUNING } from "../tuning.ts";

/** The failure behind a cooldown, kept so that refused calls get the same message. */
export type Said = Pick<Failure, "class" | "status" | "code" | "message" | "link">;

export function saidOf({ class: name, status, code, message, link }: Failure): Said {
  return {
    class: name,
    status,
    message,
    ...(code === undefined ? {} : { code }),
    ...(link === undefined ? {} : { link }),
  };
}

/** Reads the failure of a record; `name` and `text` replace missing fields. */
export function saidIn(value: unknown, name: Failure["class"], text: string): Said {
  const said = isObject(value) ? value : {};
  const { status, code, message, link } = said;
  return {
    class: storedFailureClass(said["class"]) ?? name,
    status: typeof status === "number" ? status : 429,
    message: typeof message === "string" ? message : text,
    ...(typeof code === "string" ? { code } : {}),
    ...(typeof link === "string" ? { link } : {}),
  };
}

/** A cooldown: something is not asked until a time. */
export interface Cooldown {
  /** `credential` or `model:<model key>`. */
  readonly scope: string;
  readonly kind: string;
  /** Epoch milliseconds at which it is tried again. */
  readonly until: number;
  readonly reason: string;
  /** True when Google stated `until`; false for our own pause, whose end is not told to clients. */
  readonly fact: boolean;
  /** True when Google itself closed the scope; false for a guess, of which there may not be too many. */
  readonly stated: boolean;
  readonly said: Said;
}

/** Classes that do not pass by waiting a little: nobody waits for such a cooldown to end. */
const LASTING: ReadonlySet<Failure["class"]> = new Set([
  "credential_dead",
  "credential_stale",
  "misconfigured",
  "not_on_tier",
  "model_gone",
]);

/** True when a call should be refused at once instead of waiting for this. */
export function isLasting({ fact, stated, said }: Pick<Cooldown, "fact" | "stated" | "said">): boolean {
  return LASTING.has(said.class) || (said.class === "quota" && stated && !fact);
}

/**
 * Length of a guessed cooldown: grows with each in a row, is capped, and varies by a fifth so that not all end
 * at once.
 */
export function guessMs(streak: number, random: Random, most: number = TUNING.guessMax): number {
  const grown = TUNING.guess * TUNING.guessGrowth ** Math.min(streak, 20);
  return Math.round(Math.min(grown, most) * (0.8 + 0.4 * random()));
}

/**
 * Consecutive faults of one endpoint (a source's hosts, or a credential's own proxy); answers of any kind count
 * as healthy.
 */
export class CircuitBreaker {
  until = 0;
  faults = 0;
  #streak = 0;
  trials = 0;
  halfOpen = false;

  /** Counts a fault; returns the end of the pause, or 0 while there is none yet. */
  fault(now: number, random: Random): number {
    this.faults++;
    if (this.until > now || (this.faults < TUNING.transportFaults && !this.halfOpen)) return 0;
    this.until = now + guessMs(this.#streak++, random, TUNING.endpointMax);
    this.halfOpen = true;
    return this.until;
  }

  /** Counts an answer; returns true when the circuit breaker had been open or on trial. */
  answer(): boolean {
    const recovered = this.halfOpen;
    this.faults = 0;
    this.halfOpen = false;
    this.until = 0;
    this.#streak >>= 1;
    return recovered;
  }

  /** Opens the breaker until a time known from before a restart; one trial call closes it. */
  rest(until: number): void {
    this.until = until;
    this.halfOpen = true;
  }

  /** 0 when calls are allowed, else when to check again; Infinity during a trial call. */
  closedUntil(now: number): number {
    if (this.until > now) return this.until;
    return this.halfOpen && this.trials > 0 ? Infinity : 0;
  }
}

/**
 * Limits calls to an overloaded model: a seventh fewer concurrent calls for each refusal, one more for each
 * success. Only consecutive refusals, without any success, pause it.
 */
class ConcurrencyLimit {
  limit = Infinity;
  inFlight = 0;
  until = 0;
  /** The last fault. */
  said: Said | undefined;
  #inARow = 0;
  #rests = 0;
  #cutAt = 0;
  #lastFault = 0;

  /** True after several failures in a row, on any keys: the model or those keys may be at fault. */
  get doubted(): boolean {
    return this.#inARow >= TUNING.doubtedInARow;
  }

  /** Counts a fault; `stated` is the retry time that Google itself stated. */
  fault(now: number, random: Random, said: Said, stated?: number): number {
    this.said = said;
    this.#lastFault = now;
    this.#inARow++;
    if (now - this.#cutAt > TUNING.overloadedCut) {
      this.limit = Math.max(
        TUNING.overloadedFloor,
        Math.floor(Math.min(this.limit, this.inFlight + 1) * 0.85),
      );
      this.#cutAt = now;
    }
    if (stated !== undefined) {
      this.until = Math.max(this.until, stated);
      return this.until;
    }
    if (this.#inARow < TUNING.overloadedInARow) return 0;
    const rest = Math.min(TUNING.overloadedFirst * 2 ** Math.min(this.#rests++, 10), TUNING.overloadedMax);
    this.until = now + Math.round(rest * (0.8 + 0.4 * random()));
    return this.until;
  }

  success(now: number): boolean {
    const recovered = this.until > 0;
    this.until = 0;
    this.#inARow = 0;
    this.#rests >>= 1;
    if (this.limit !== Infinity) this.limit++;
    if (now - this.#lastFault > 60_000) this.limit = Infinity;
    return recovered;
  }

  closedUntil(now: number): number {
    if (this.until > now) return this.until;
    return this.inFlight >= this.limit ? Infinity : 0;
  }
}

/**
 * State shared by all calls to one source for one operation of a model: its circuit breaker, and the model's
 * health.
 */
export class Route {
  readonly limit = new ConcurrencyLimit();
  /** The credential that answered last. */
  proven: CredentialId | undefined;

  constructor(readonly endpoint: CircuitBreaker) {}
}

/** A cooldown of something larger than a credential. */
export interface Rest {
  readonly until: number;
  readonly said: Said;
}

/** Reads a stored rest; undefined when it is over. */
export function restIn(value: unknown, name: Failure["class"], now: number): Rest | undefined {
  if (!isObject(value) || typeof value["until"] !== "number" || value["until"] <= now) return undefined;
  return { until: value["until"], said: saidIn(value["said"], name, "It rests since before a restart.") };
}
