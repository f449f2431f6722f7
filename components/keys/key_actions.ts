import { keyRows } from "../data/key_rows.ts";
import { outcomes } from "../data/outcomes.ts";
import { fields, text as textOf } from "../data/fields.ts";
import type { KeyRow } from "../data/views.ts";
import { keyName } from "../format.ts";
import { messageOf, send } from "../live/browser_api.ts";
import { say } from "../live/toasts.ts";
import { text } from "../text/shell.ts";
import { keysText } from "../text/keys.ts";

const words = keysText;

function path(key: KeyRow, rest = ""): string {
  return `/api/keys/${encodeURIComponent(key.id)}${rest}`;
}

/** Runs a change, says what came of it, and has the list read again. */
async function change(refresh: () => Promise<void>, task: () => Promise<string>): Promise<boolean> {
  try {
    say(await task(), { tone: "good" });
    return true;
  } catch (error) {
    say(messageOf(error), { tone: "bad", ms: 10_000 });
    return false;
  } finally {
    await refresh();
  }
}

export interface KeyActions {
  check(key: KeyRow): Promise<boolean>;
  edit(key: KeyRow, patch: Readonly<Record<string, unknown>>): Promise<boolean>;
  lift(key: KeyRow, scope?: string): Promise<boolean>;
  /** Removes at once; for ten minutes the server can put it back. */
  remove(key: KeyRow): Promise<boolean>;
}

/** What can be done to a key; every action ends in a message and a fresh list. */
export function keyActions(refresh: () => Promise<void>): KeyActions {
  const restore = (key: KeyRow, undo: string) =>
    change(refresh, async () => {
      await send("POST", "/api/keys/restore", { undo });
      return words.restored(keyName(key));
    });
  return {
    check: (key) =>
      change(refresh, async () => {
        const [result] = outcomes(await send("POST", path(key, "/check")));
        if (result?.ok !== true) throw new Error(words.fails(keyName(key), result?.reason ?? ""));
        return words.works(keyName(key), result.models);
      }),
    edit: (key, patch) =>
      change(refresh, async () => {
        const answer = await send("PATCH", path(key), { ...patch, updatedAt: key.updatedAt });
        return words.saved(keyName(keyRows([answer])[0] ?? key));
      }),
    lift: (key, scope) =>
      change(refresh, async () => {
        await send("POST", path(key, "/lift"), scope === undefined ? {} : { scope });
        return words.lifted(keyName(key));
      }),
    async remove(key) {
      try {
        const removed = fields(await send("DELETE", path(key)));
        const [undo, note] = [textOf(removed["undo"]), textOf(removed["note"])];
        const action = { label: text.undo, run: () => void restore(key, undo) };
        say(words.removed(keyName(key), note), { ms: 15_000, ...(undo === "" ? {} : { action }) });
        return true;
      } catch (error) {
        say(messageOf(error), { tone: "bad" });
        return false;
      } finally {
        await refresh();
      }
    },
  };
}
