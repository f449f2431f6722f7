import type { Clock, NewId, Random } from "../core/mod.ts";
import { type Attempt, commitWithRetry, Turns } from "./commit.ts";
import type { EpochWatch } from "./epoch.ts";
import { epochKey } from "./keys.ts";
import type { Quarantine } from "./quarantine.ts";
import type { OwnVault } from "./vault.ts";

/** What every record kind needs of the open database. */
export interface Session {
  readonly kv: Deno.Kv;
  readonly clock: Clock;
  readonly random: Random;
  readonly newId: NewId;
  readonly processId: string;
  readonly quarantine: Quarantine;
  readonly vault: OwnVault;
  readonly epoch: EpochWatch;
  readonly turns: Turns;
}

/** Commits with bounded retry. */
export function commit<Answer>(session: Session, attempt: Attempt<Answer>): Promise<Answer> {
  return commitWithRetry(attempt, session.random);
}

/** Commits a change of the configuration: the epoch moves in the same commit, and this process takes it over at once. */
export function commitConfiguration<Answer>(session: Session, attempt: Attempt<Answer>): Promise<Answer> {
  return commitWithRetry(async () => {
    const step = await attempt();
    if ("answer" in step) return step;
    return {
      commit: step.commit.set(epochKey, { v: 1, by: session.processId }),
      done: (versionstamp) => {
        session.epoch.advance(versionstamp);
        return step.done(versionstamp);
      },
    };
  }, session.random);
}

/** A time for `updatedAt`: now, but always after the one before, so that an editor's stamp names one state. */
export function nextStamp(session: Session, before: number | undefined): number {
  return Math.max(session.clock.now(), (before ?? -1) + 1);
}
