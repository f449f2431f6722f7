import type { NamedModels } from "../shared/views.ts";
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { attempt } from "../shared/live/attempt.ts";
import { showToast } from "../shared/live/toasts.ts";
import { text } from "../shared/words.ts";
import { modelsText } from "./words.ts";
import { Card } from "../shared/ui/card.tsx";
import { Icon } from "../shared/ui/icon.tsx";
import { RowButtons } from "../shared/ui/row_buttons.tsx";
import { chosenModels, ModelListField } from "./model_list_field.tsx";

const words = modelsText;

/** One kind of named list, and how it is stored. */
export interface NamedKind {
  readonly title: string;
  readonly note: string;
  readonly nameLabel: string;
  readonly modelsLabel: string;
  readonly id: "aliases" | "fallbacks" | "groups";
  /** `one` model, `any` number of them, or a `chain` whose order counts. */
  readonly shape: "one" | "any" | "chain";
  /** `seen` is what the editor saw of an entry that is changed. */
  readonly put: (name: string, models: readonly string[], seen: string | undefined) => Promise<unknown>;
  readonly remove: (name: string) => Promise<unknown>;
}

interface NamedEditorProps {
  readonly kind: NamedKind;
  readonly rows: readonly NamedModels[];
  /** Id of a `datalist` of known models. */
  readonly known: string;
  readonly refresh: () => Promise<void>;
}

function Row({ row, shape, onEdit, onRemove }: {
  row: NamedModels;
  shape: NamedKind["shape"];
  onEdit: () => void;
  onRemove: () => void;
}) {
  return (
    <li class="flex items-center gap-2 py-2 first:pt-0">
      <span class="flex min-w-0 flex-1 flex-wrap items-center gap-1.5">
        <span class="max-w-full truncate font-medium">{row.name}</span>
        {row.models.map((model, index) => (
          <span key={model} class="flex max-w-full min-w-0 items-center gap-1.5">
            {(index === 0 || shape === "chain") && <Icon name="arrow" class="text-mute" />}
            <span class={`chip !block truncate ${row.unserved.includes(model) ? "chip-warn" : ""}`}>
              {model}
            </span>
            {row.unserved.includes(model) && (
              <span class="inline-flex items-center gap-1 text-xs whitespace-nowrap text-warn">
                <Icon name="alert" />
                {words.unserved}
              </span>
            )}
          </span>
        ))}
      </span>
      <RowButtons name={row.name} onEdit={onEdit} onRemove={onRemove} />
    </li>
  );
}

/** A list of names for models, with a form to add one or to change one. */
export function NamedEditor({ kind, rows, known, refresh }: NamedEditorProps) {
  const name = useSignal("");
  const models = useSignal<readonly string[]>([]);
  const edited = useSignal<NamedModels | undefined>(undefined);
  const form = useRef<HTMLFormElement>(null);
  const start = (row: NamedModels | undefined) => {
    edited.value = row;
    form.current?.reset();
    [name.value, models.value] = [row?.name ?? "", row?.models ?? []];
    if (row !== undefined) form.current?.querySelector<HTMLInputElement>("input:not([readonly])")?.focus();
  };
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const called = name.value.trim();
    if (kind.shape !== "one" && form.current) {
      models.value = chosenModels(form.current, "models", models.value);
    }
    if (called === "" || models.value.length === 0) return showToast(words.incomplete, { tone: "bad" });
    const put = () => kind.put(called, models.value, edited.value?.updatedAt);
    if (await attempt(put, words.saved(called))) start(undefined);
    await refresh();
  };
  const remove = async (row: NamedModels) => {
    await attempt(() => kind.remove(row.name), words.removed(row.name));
    if (edited.value?.name === row.name) start(undefined);
    await refresh();
  };
  return (
    <Card title={kind.title} note={kind.note}>
      {rows.length === 0 ? <p class="text-mute">{words.none}</p> : (
        <ul class="divide-y divide-line">
          {rows.map((row) => (
            <Row
              key={row.name}
              row={row}
              shape={kind.shape}
              onEdit={() => start(row)}
              onRemove={() => void remove(row)}
            />
          ))}
        </ul>
      )}
      <form ref={form} class="mt-4 grid gap-3 border-t border-line pt-4" onSubmit={save}>
        <label>
          <span class="label">{kind.nameLabel}</span>
          <input
            class="field read-only:bg-sunken"
            required
            readOnly={edited.value !== undefined}
            list={kind.shape === "chain" ? known : ""}
            value={name}
            onInput={(event) => name.value = event.currentTarget.value}
          />
        </label>
        {kind.shape === "one"
          ? (
            <label>
              <span class="label">{kind.modelsLabel}</span>
              <input
                class="field"
                required
                list={known}
                value={models.value[0] ?? ""}
                onInput={(event) => models.value = [event.currentTarget.value.trim()].filter(Boolean)}
              />
            </label>
          )
          : (
            <ModelListField
              label={kind.modelsLabel}
              name="models"
              value={models.value}
              onChange={(list) => models.value = list}
              known={known}
              ordered={kind.shape === "chain"}
            />
          )}
        <div class="flex justify-end gap-2">
          {edited.value !== undefined && (
            <button
              type="button"
              class="btn btn-quiet"
              onClick={() => start(undefined)}
            >
              {text.cancel}
            </button>
          )}
          <button type="submit" class="btn">{edited.value === undefined ? text.add : text.save}</button>
        </div>
      </form>
    </Card>
  );
}
