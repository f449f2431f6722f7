import type { Verdict } from "../management/contract.ts";
import type { AdminDeps } from "./admin_deps.ts";
import { keyStandings } from "./list_keys.ts";
import { standingsOf, whenOf } from "./verdict.ts";

/** Delay before the verdict is read again after a change, so that a burst of changes is read once, in milliseconds. */
const SOON_MS = 1_000;
/** While something is out the verdict is read again at its stated end, and at least this often, in milliseconds. */
const LONGEST_MS = 60_000;
/** The subject of an alert about all models. */
const ALL = "all models";

/**
 * Raises an alert when the verdict, the one of the Overview, says that a model is out, and another when it
 * serves again. When no model can be served, that is one alert and not one for each model.
 */
export class OutageWatch {
  readonly #deps: AdminDeps;
  /** Runs a task in the background and logs its failure. */
  readonly #run: (task: () => Promise<void>) => void;
  #out: ReadonlySet<string> = new Set();
  #next: { readonly at: number; readonly cancel: () => void } | undefined;

  constructor(deps: AdminDeps, run: (task: () => Promise<void>) => void) {
    this.#deps = deps;
    this.#run = run;
    this.touch();
  }

  /** Schedules a reading after something that may change the verdict. */
  touch(): void {
    this.#lookAt(this.#deps.ports.clock.now() + SOON_MS);
  }

  /** Ends a model's outage: it has answered. */
  answered(model: string): void {
    if (this.#out.has(model) || this.#out.has(ALL)) this.touch();
  }

  close(): void {
    this.#next?.cancel();
    this.#next = undefined;
  }

  #lookAt(at: number): void {
    if (this.#next !== undefined && this.#next.at <= at) return;
    this.#next?.cancel();
    const { clock } = this.#deps.ports;
    const cancel = clock.after(Math.max(0, at - clock.now()), () => {
      this.#next = undefined;
      this.#look();
    });
    this.#next = { at, cancel };
  }

  #look(): void {
    const now = this.#deps.ports.clock.now();
    const { verdict, models } = standingsOf(this.#deps, keyStandings(this.#deps));
    const out = new Set(verdict.out.map(({ model }) => model));
    if (verdict.status === "exhausted") this.#allOut(verdict);
    else {
      for (const standing of models) {
        if (!out.has(standing.model) || this.#out.has(standing.model)) continue;
        const message = `${standing.model} is out${whenOf(standing, now)}`;
        this.#raise(standing.model, message, { model: standing.model, until: standing.until });
      }
    }
    if (verdict.status === "exhausted") out.add(ALL);
    for (const subject of this.#out) if (!out.has(subject)) this.#run(() => this.#recovered(subject));
    this.#out = out;
    if (out.size > 0) {
      const until = verdict.until === null ? Infinity : Date.parse(verdict.until);
      this.#lookAt(Math.max(now + SOON_MS, Math.min(until, now + LONGEST_MS)));
    }
  }

  #allOut({ message, until }: Verdict): void {
    if (this.#out.has(ALL)) return;
    this.#raise(ALL, message, { model: null, until: until === null ? null : Date.parse(until) });
  }

  #raise(
    subject: string,
    message: string,
    data: { readonly model: string | null; readonly until: number | null },
  ): void {
    this.#run(() => this.#deps.ledger.alert({ type: "pool-exhausted", subject, message, data }));
  }

  async #recovered(subject: string): Promise<void> {
    const { ledger } = this.#deps;
    if (!await ledger.clearAlert("pool-exhausted", subject)) return;
    await ledger.clearAlert("pool-recovered", subject);
    const message = subject === ALL ? "Models can be served again" : `${subject} can be served again`;
    const data = { model: subject === ALL ? null : subject };
    await ledger.alert({ type: "pool-recovered", subject, message, data });
  }
}
