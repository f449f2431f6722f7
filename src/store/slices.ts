import { CommitLost } from "../state/mod.ts";
import type { Decode } from "./fields.ts";
import { sliceKey } from "./keys.ts";
import { commit, type Session } from "./session.ts";

interface Window {
  readonly taken: number;
  readonly expiresAt: number;
}

const decodeWindow: Decode<Window> = (fields) => ({
  taken: fields.number("taken"),
  expiresAt: fields.number("expiresAt"),
});

/** How long a record is kept after its window, so that a process with a slow clock still finds it. */
const AFTERLIFE_MS = 60_000;

/**
 * Takes up to `want` units of `window` without its total exceeding `limit`. When the database stays too busy nothing is
 * granted: a slice may be lost but is never used twice.
 */
export async function takeSlice(
  session: Session,
  window: string,
  want: number,
  limit: number,
  expiresAt: number,
): Promise<{ granted: number; taken: number }> {
  let seen = 0;
  const units = wholeUnits(want);
  try {
    return await change(session, window, (before) => {
      const taken = before?.taken ?? 0;
      seen = taken;
      const granted = Math.max(0, Math.min(units, Math.floor(limit) - taken));
      const end = Math.max(before?.expiresAt ?? 0, expiresAt);
      return granted === 0
        ? { answer: { granted, taken } }
        : { record: { taken: taken + granted, expiresAt: end }, answer: { granted, taken: taken + granted } };
    });
  } catch (error) {
    if (error instanceof CommitLost) return { granted: 0, taken: seen };
    throw error;
  }
}

/** Returns `unused` units; ignored when the window has ended. */
export async function returnSlice(session: Session, window: string, unused: number): Promise<void> {
  const units = wholeUnits(unused);
  await change(
    session,
    window,
    (before) =>
      before === undefined || units === 0
        ? { answer: undefined }
        : { record: { ...before, taken: Math.max(0, before.taken - units) }, answer: undefined },
  );
}

function wholeUnits(amount: number): number {
  return Number.isFinite(amount) ? Math.max(0, Math.floor(amount)) : 0;
}

/** Reads the live window, lets `decide` choose the next state, and writes that if it has not changed since. */
function change<Answer>(
  session: Session,
  window: string,
  decide: (before: Window | undefined) => { readonly record?: Window; readonly answer: Answer },
): Promise<Answer> {
  const key = sliceKey(window);
  return session.turns.run(`slice ${window}`, () =>
    commit<Answer>(session, async () => {
      const entry = await session.kv.get(key);
      const now = session.clock.now();
      const stored = session.quarantine.read(entry, decodeWindow);
      const { record, answer } = decide(stored !== undefined && stored.expiresAt > now ? stored : undefined);
      if (record === undefined) return { answer };
      const expireIn = Math.max(1, record.expiresAt - now) + AFTERLIFE_MS;
      const commit = session.kv.atomic().check(entry).set(key, { v: 1, ...record }, { expireIn });
      return { commit, done: () => answer };
    }));
}
