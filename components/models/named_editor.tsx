import { useSignal } from "@preact/signals";
import type { NamedModels } from "../data/views.ts";
import { messageOf, send } from "../live/browser_api.ts";
import { say } from "../live/toasts.ts";
import { text } from "../text/shell.ts";
import { modelsText } from "../text/models.ts";
import { Card } from "../ui/card.tsx";
import { Icon } from "../ui/icon.tsx";

const words = modelsText;

interface NamedEditorProps {
  readonly title: string;
  readonly note: string;
  readonly rows: readonly NamedModels[];
  readonly nameLabel: string;
  readonly modelsLabel: string;
  /** The collection's address: `/api/aliases`. */
  readonly path: string;
  /** What PUT takes for the models that were typed. */
  readonly bodyOf: (models: readonly string[]) => unknown;
  readonly refresh: () => Promise<void>;
}

function Row({ row, onRemove }: { row: NamedModels; onRemove: () => void }) {
  return (
    <li class="flex items-center gap-3 py-2 first:pt-0">
      <span class="font-medium">{row.name}</span>
      <Icon name="arrow" class="text-mute" />
      <span class="flex min-w-0 flex-1 flex-wrap gap-1">
        {row.models.map((model) => <span key={model} class="chip">{model}</span>)}
      </span>
      <button
        type="button"
        class="btn btn-quiet btn-small"
        aria-label={words.removeNamed(row.name)}
        onClick={onRemove}
      >
        <Icon name="trash" />
      </button>
    </li>
  );
}

/** A list of names that stand for models, with a line to add one. */
export function NamedEditor(props: NamedEditorProps) {
  const name = useSignal("");
  const models = useSignal("");
  const attempt = async (task: () => Promise<unknown>, done: string) => {
    try {
      await task();
      [name.value, models.value] = ["", ""];
      say(done, { tone: "good" });
    } catch (error) {
      say(messageOf(error), { tone: "bad", ms: 10_000 });
    }
    await props.refresh();
  };
  const add = (event: SubmitEvent) => {
    event.preventDefault();
    const list = models.value.split(/[\s,]+/).filter(Boolean);
    const path = `${props.path}/${encodeURIComponent(name.value.trim())}`;
    void attempt(() => send("PUT", path, props.bodyOf(list)), words.saved(name.value.trim()));
  };
  const remove = (row: NamedModels) =>
    attempt(() => send("DELETE", `${props.path}/${encodeURIComponent(row.name)}`), words.removed(row.name));
  return (
    <Card title={props.title} note={props.note}>
      {props.rows.length === 0 ? <p class="text-mute">{words.none}</p> : (
        <ul class="divide-y divide-line">
          {props.rows.map((row) => <Row key={row.name} row={row} onRemove={() => void remove(row)} />)}
        </ul>
      )}
      <form
        class="mt-4 grid gap-3 border-t border-line pt-4 grid-cols-[1fr_2fr] items-end"
        onSubmit={add}
      >
        <label>
          <span class="label">{props.nameLabel}</span>
          <input
            class="field"
            required
            value={name}
            onInput={(event) => name.value = event.currentTarget.value}
          />
        </label>
        <label>
          <span class="label">{props.modelsLabel}</span>
          <input
            class="field"
            required
            value={models}
            onInput={(event) => models.value = event.currentTarget.value}
          />
        </label>
        <button type="submit" class="btn col-start-2 justify-self-end">{text.add}</button>
      </form>
    </Card>
  );
}
