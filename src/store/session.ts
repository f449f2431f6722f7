import type { Clock, NewId, Random } from "../core/mod.ts";
import { type Attempt, commitWithRetry, Turns } from "./commit.ts";
import type { Quarantine } from "./quarantine.ts";
import type { OwnVault } from "./vault.ts";

/** Parts of the open database that every kind of record needs. */
export interface Session {
  readonly kv: Deno.Kv;
  readonly clock: Clock;
  readonly random: Random;
  readonly newId: NewId;
  readonly processId: string;
  readonly quarantine: Quarantine;
  readonly vault: OwnVault;
  readonly turns: Turns;
}

/** Commits with bounded retry. */
export function commit<Answer>(session: Session, attempt: Attempt<Answer>): Promise<Answer> {
  return commitWithRetry(attempt, session.random);
}

/** A time for `updatedAt`: now, but always later than the one before, so that a version identifies one state. */
export function nextStamp(session: Session, before: number | undefined): number {
  return Math.max(session.clock.now(), (before ?? -1) + 1);
}
