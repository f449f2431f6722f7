import { keyRow } from "../shared/keys/key_row.ts";
import type { KeyRow } from "../shared/views.ts";
import { keyName } from "../shared/format.ts";
import { api, messageOf } from "../shared/live/browser_api.ts";
import { forgetUndo, keepUndo } from "../shared/live/kept_undo.ts";
import { showToast } from "../shared/live/toasts.ts";
import { text } from "../shared/words.ts";
import { keysText } from "./words.ts";

const words = keysText;
/** How long a removed key can be restored with a button. */
const UNDO_MS = 30_000;

/** Runs a change, reports the result, and reloads the list. */
async function change(refresh: () => Promise<void>, task: () => Promise<string>): Promise<boolean> {
  try {
    showToast(await task(), { tone: "good" });
    return true;
  } catch (error) {
    showToast(messageOf(error), { tone: "bad", ms: 10_000 });
    return false;
  } finally {
    await refresh();
  }
}

type KeyPatch = NonNullable<Parameters<typeof api.editKey>[1]>;

export interface KeyActions {
  check(key: KeyRow): Promise<boolean>;
  edit(key: KeyRow, patch: KeyPatch): Promise<boolean>;
  lift(key: KeyRow, scope?: string): Promise<boolean>;
  /** Puts another secret in its place once Google took it; returns what takes it back within ten minutes, undefined when it failed. */
  replace(key: KeyRow, secret: string): Promise<string | undefined>;
  takeBack(key: KeyRow, undo: string): Promise<boolean>;
  /** Removes at once; for ten minutes the server can put it back. */
  remove(key: KeyRow): Promise<boolean>;
}

/** Actions for a key; each ends with a message and a reload of the list. */
export function keyActions(refresh: () => Promise<void>): KeyActions {
  const restore = (key: KeyRow, undo: string) =>
    change(refresh, async () => {
      await api.restoreKey({ undo });
      return words.restored(keyName(key));
    });
  return {
    check: (key) =>
      change(refresh, async () => {
        const { ok, reason = "", models } = await api.checkKey(key.id);
        if (!ok) throw new Error(words.fails(keyName(key), reason));
        return words.works(keyName(key), models.length);
      }),
    edit: (key, patch) =>
      change(refresh, async () => {
        return words.saved(keyName(keyRow(await api.editKey(key.id, patch, key.updatedAt))));
      }),
    lift: (key, scope) =>
      change(refresh, async () => {
        await api.liftCooldown(key.id, scope === undefined ? {} : { scope });
        return words.lifted(keyName(key));
      }),
    async replace(key, secret) {
      try {
        const { undo } = await api.replaceKey(key.id, { key: secret });
        return undo;
      } catch (error) {
        showToast(messageOf(error), { tone: "bad", ms: 10_000 });
        return undefined;
      } finally {
        await refresh();
      }
    },
    takeBack: (key, undo) =>
      change(refresh, async () => {
        await api.restoreKey({ undo });
        return words.replaceUndone(keyName(key));
      }),
    async remove(key) {
      try {
        const { undo, note = "" } = await api.removeKey(key.id);
        const run = () => {
          forgetUndo();
          void restore(key, undo);
        };
        const message = words.removed(keyName(key), note);
        showToast(message, { ms: UNDO_MS, ...(undo === "" ? {} : { action: { label: text.undo, run } }) });
        if (undo !== "") {
          keepUndo({ message, undo, done: words.restored(keyName(key)), until: Date.now() + UNDO_MS });
        }
        return true;
      } catch (error) {
        showToast(messageOf(error), { tone: "bad" });
        return false;
      } finally {
        await refresh();
      }
    },
  };
}
