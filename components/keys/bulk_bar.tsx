import { useSignal } from "@preact/signals";
import type { KeyRow } from "../data/views.ts";
import { api, messageOf } from "../live/browser_api.ts";
import { showToast } from "../live/toasts.ts";
import { keysText } from "../text/keys.ts";
import { text } from "../text/shell.ts";
import { TIERS } from "./add_keys_form.tsx";
import { onEach } from "./on_each.ts";

const words = keysText;

interface BulkProps {
  readonly keys: readonly KeyRow[];
  readonly refresh: () => Promise<void>;
  readonly onClear: () => void;
}

/** Puts removed keys back. */
async function restore(undos: readonly string[], refresh: () => Promise<void>): Promise<void> {
  try {
    for (const undo of undos) await api.restoreKey({ undo });
    showToast(words.bulkDone(text.undo, undos.length), { tone: "good" });
  } catch (error) {
    showToast(messageOf(error), { tone: "bad" });
  }
  await refresh();
}

function useBulk({ keys, refresh, onClear }: BulkProps) {
  const done = useSignal<number | undefined>(undefined);
  const run = async (what: string, task: (key: KeyRow) => Promise<unknown>, undo?: () => void) => {
    done.value = 0;
    const outcome = await onEach(keys, task, (count) => done.value = count);
    done.value = undefined;
    const isWell = outcome.failed.length === 0;
    showToast(
      isWell ? words.bulkDone(what, outcome.done) : words.bulkFailed(what, outcome.done, outcome.failed),
      {
        tone: isWell ? "good" : "bad",
        ms: 15_000,
        ...(undo ? { action: { label: text.undo, run: undo } } : {}),
      },
    );
    await refresh();
  };
  const check = async (key: KeyRow) => {
    const { ok, reason = "" } = await api.checkKey(key.id);
    if (!ok) throw new Error(reason);
  };
  const edit = (what: string, patch: NonNullable<Parameters<typeof api.editKey>[1]>) =>
    run(what, (key) => api.editKey(key.id, patch));
  const remove = async () => {
    const undos: string[] = [];
    const one = async (key: KeyRow) => {
      const { undo } = await api.removeKey(key.id);
      if (undo !== "") undos.push(undo);
    };
    await run(text.remove, one, () => void restore(undos, refresh));
    onClear();
  };
  return {
    done: done.value,
    check: () => run(words.check, check),
    lift: () => run(words.bulkLift, (key) => api.liftCooldown(key.id)),
    edit,
    remove,
  };
}

/** What can be done to the selected keys together. */
export function BulkBar(props: BulkProps) {
  const { keys, onClear } = props;
  const project = useSignal("");
  const { done, check, lift, edit, remove } = useBulk(props);
  const busy = done !== undefined;
  const Button = (
    { label, onClick, danger = false }: { label: string; onClick: () => unknown; danger?: boolean },
  ) => (
    <button
      type="button"
      class={`btn btn-small ${danger ? "btn-danger" : ""}`}
      disabled={busy}
      onClick={() => void onClick()}
    >
      {label}
    </button>
  );
  return (
    <section class="card mb-4 flex flex-wrap items-center gap-2 px-4 py-2" aria-label={words.bulk}>
      <span class="num font-medium" role="status">
        {busy ? words.bulkProgress(done, keys.length) : words.selected(keys.length)}
      </span>
      <Button label={words.check} onClick={check} />
      <Button label={words.enable} onClick={() => edit(words.enable, { enabled: true })} />
      <Button label={words.disable} onClick={() => edit(words.disable, { enabled: false })} />
      <Button label={words.bulkLift} onClick={lift} />
      <select
        class="field !min-h-0 !w-auto !py-0.5"
        aria-label={words.setTier}
        disabled={busy}
        value=""
        onChange={(event) => {
          const tier = event.currentTarget.value as KeyRow["tier"];
          event.currentTarget.value = "";
          void edit(words.setTier, { tier });
        }}
      >
        <option value="" disabled>{words.setTier}</option>
        {TIERS.map((tier) => <option key={tier} value={tier}>{tier}</option>)}
      </select>
      <form
        class="flex gap-1"
        onSubmit={(event) => {
          event.preventDefault();
          void edit(words.setProject, { project: project.value.trim() || null });
        }}
      >
        <input
          class="field !min-h-0 !w-32 !py-0.5"
          aria-label={words.projectOf}
          placeholder={words.project}
          maxLength={100}
          value={project}
          onInput={(event) => project.value = event.currentTarget.value}
        />
        <button type="submit" class="btn btn-small" disabled={busy}>{words.setProject}</button>
      </form>
      <Button label={text.remove} onClick={remove} danger />
      <button type="button" class="btn btn-quiet btn-small ms-auto" onClick={onClear}>
        {words.clearSelection}
      </button>
    </section>
  );
}
