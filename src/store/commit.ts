import type { Random } from "../core/mod.ts";
import { CommitLost } from "../state/mod.ts";
import { COMMIT_TRIES } from "./limits.ts";

/** One try: reads what it needs, then returns an answer without a commit, or a commit with its answer. */
export type Attempt<Answer> = () => Promise<
  { readonly answer: Answer } | {
    readonly commit: Deno.AtomicOperation;
    readonly done: (versionstamp: string) => Answer;
  }
>;

/**
 * Runs `attempt` until its commit succeeds, with growing random pauses between tries (1 to 60 ms), at most COMMIT_TRIES
 * times. A database locked by another process counts as a lost race. Throws CommitLost after the last.
 */
export async function commitWithRetry<Answer>(attempt: Attempt<Answer>, random: Random): Promise<Answer> {
  for (let tries = 1; tries <= COMMIT_TRIES; tries++) {
    const outcome = await tryOnce(attempt);
    if (outcome !== undefined) return outcome.answer;
    await pause(random() * Math.min(60, 1 + tries * 2));
  }
  throw new CommitLost(`The database is too busy: a write lost ${COMMIT_TRIES} races. Try again.`);
}

/** Runs `task` again while another process has the file locked: for writes that need no check and for opening. */
export async function whileLocked<Answer>(task: () => Promise<Answer>, random: Random): Promise<Answer> {
  for (let tries = 1;; tries++) {
    try {
      return await task();
    } catch (error) {
      if (!isLocked(error) || tries >= COMMIT_TRIES) throw error;
    }
    await pause(random() * Math.min(60, 1 + tries * 2));
  }
}

async function tryOnce<Answer>(attempt: Attempt<Answer>): Promise<{ readonly answer: Answer } | undefined> {
  try {
    const step = await attempt();
    if ("answer" in step) return step;
    const result = await step.commit.commit();
    return result.ok ? { answer: step.done(result.versionstamp) } : undefined;
  } catch (error) {
    if (isLocked(error)) return undefined;
    throw error;
  }
}

/** True for SQLite's errors when another connection is writing. */
export function isLocked(error: unknown): boolean {
  return error instanceof Error && /database (?:table )?is (?:locked|busy)|SQLITE_BUSY/i.test(error.message);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Runs tasks of one name after each other, so that one process never races with itself. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  run<Answer>(name: string, task: () => Promise<Answer>): Promise<Answer> {
    const before = this.#last.get(name) ?? Promise.resolve();
    const turn = before.then(task, task);
    const settled = turn.catch(() => undefined).then(() => {
      if (this.#last.get(name) === settled) this.#last.delete(name);
    });
    this.#last.set(name, settled);
    return turn;
  }
}
