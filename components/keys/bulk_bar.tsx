import type { KeyRow } from "../shared/views.ts";
import { useSignal } from "@preact/signals";
import { keyName } from "../shared/format.ts";
import { api, messageOf } from "../shared/live/browser_api.ts";
import { showToast } from "../shared/live/toasts.ts";
import { keysText } from "./words.ts";
import { text } from "../shared/words.ts";
import { TIERS } from "../shared/keys/add_keys_form.tsx";
import { keyFormText } from "../shared/keys/words.ts";

const words = keysText;

const WIDTH = 4;

/** The outcome of a change to many keys. */
interface Outcome {
  readonly done: number;
  /** "name: why", for each that could not be changed. */
  readonly failed: readonly string[];
}

/** Runs a change on many keys, a few at a time, so that progress is real; one that fails does not stop the others. */
async function onEach(
  keys: readonly KeyRow[],
  task: (key: KeyRow) => Promise<unknown>,
  tell: (done: number) => void,
): Promise<Outcome> {
  const waiting = [...keys];
  const failed: string[] = [];
  let done = 0;
  const worker = async () => {
    for (let key = waiting.shift(); key !== undefined; key = waiting.shift()) {
      try {
        await task(key);
      } catch (error) {
        failed.push(`${keyName(key)}: ${messageOf(error)}`);
      }
      tell(++done);
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, worker));
  return { done: keys.length - failed.length, failed };
}

interface BulkProps {
  readonly keys: readonly KeyRow[];
  /** Keys that match the list's filter, on all pages. */
  readonly matching: number;
  readonly onAll: () => Promise<void>;
  readonly refresh: () => Promise<void>;
  readonly onClear: () => void;
}

type KeyPatch = NonNullable<Parameters<typeof api.editKey>[1]>;

/** The patch that takes another one back, as the key was when it was selected. */
function undoOf(key: KeyRow, patch: KeyPatch): KeyPatch {
  const has = (tag: string) => key.tags.some((one) => one.toLowerCase() === tag.toLowerCase());
  return {
    ...(patch.enabled === undefined ? {} : { enabled: key.status !== "disabled" }),
    ...(patch.tier === undefined ? {} : { tier: key.tier }),
    ...(patch.project === undefined ? {} : { project: key.project || null }),
    ...(patch.addTags === undefined ? {} : { removeTags: patch.addTags.filter((tag) => !has(tag)) }),
    ...(patch.removeTags === undefined ? {} : { addTags: patch.removeTags.filter(has) }),
  };
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
  const edit = (what: string, patch: KeyPatch) => {
    const changed: KeyRow[] = [];
    const back = async () => {
      const outcome = await onEach(changed, (key) => api.editKey(key.id, undoOf(key, patch)), () => {});
      const failed = outcome.failed.length;
      showToast(
        failed === 0 ? words.bulkUndone(what) : words.bulkFailed(text.undo, outcome.done, outcome.failed),
        {
          tone: failed === 0 ? "good" : "bad",
        },
      );
      await refresh();
    };
    const one = async (key: KeyRow) => {
      await api.editKey(key.id, patch);
      changed.push(key);
    };
    return run(what, one, () => void back());
  };
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

type WordButton = readonly [label: string, run: (typed: string) => unknown, mayBeEmpty?: boolean];

/** A word and what is done with it; Enter presses the first button. */
function WordForm({ label, hint, busy, buttons }: {
  label: string;
  hint: string;
  busy: boolean;
  buttons: readonly WordButton[];
}) {
  const typed = useSignal("");
  const word = typed.value.trim();
  return (
    <form
      class="flex gap-1"
      onSubmit={(event) => {
        event.preventDefault();
        const pressed = (event.submitter as HTMLButtonElement | null)?.value ?? "";
        void buttons.find(([name]) => name === pressed)?.[1](word);
      }}
    >
      <input
        class="field !min-h-0 !w-32 !py-0.5"
        aria-label={label}
        placeholder={hint}
        maxLength={50}
        value={typed}
        onInput={(event) => typed.value = event.currentTarget.value}
      />
      {buttons.map(([name, , mayBeEmpty = false]) => (
        <button
          key={name}
          type="submit"
          value={name}
          class="btn btn-small"
          disabled={busy || (word === "" && !mayBeEmpty)}
        >
          {name}
        </button>
      ))}
    </form>
  );
}

/** Actions for all selected keys. */
export function BulkBar(props: BulkProps) {
  const { keys, matching, onAll, onClear } = props;
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
      {matching > keys.length && <Button label={words.selectMatching(matching)} onClick={onAll} />}
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
      <WordForm
        label={words.projectOf}
        hint={keyFormText.project}
        busy={busy}
        buttons={[[words.setProject, (typed) => edit(words.setProject, { project: typed || null }), true]]}
      />
      <WordForm
        label={words.tagOf}
        hint={words.tag}
        busy={busy}
        buttons={[
          [words.addTag, (typed) => edit(words.addTag, { addTags: [typed] })],
          [words.removeTag, (typed) => edit(words.removeTag, { removeTags: [typed] })],
        ]}
      />
      <Button label={text.remove} onClick={remove} danger />
      <button type="button" class="btn btn-quiet btn-small ms-auto" onClick={onClear}>
        {words.clearSelection}
      </button>
    </section>
  );
}
