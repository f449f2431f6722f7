import type { TargetedKeyboardEvent } from "preact";
import { modelsText } from "./words.ts";
import { Icon } from "../shared/ui/icon.tsx";

const words = modelsText;

interface ModelListFieldProps {
  readonly label: string;
  readonly name: string;
  readonly value: readonly string[];
  readonly onChange: (models: readonly string[]) => void;
  /** Id of a `datalist` of known models. */
  readonly known: string;
  /** Whether the order matters, so that it can be changed. */
  readonly ordered: boolean;
  readonly placeholder?: string;
}

function Chosen({ value, ordered, onChange }: Pick<ModelListFieldProps, "value" | "ordered" | "onChange">) {
  const earlier = (index: number) => {
    const next = [...value];
    const [model] = next.splice(index, 1);
    if (model !== undefined) next.splice(index - 1, 0, model);
    onChange(next);
  };
  return (
    <ol class="mb-2 grid gap-1">
      {value.map((model, index) => (
        <li key={model} class="flex items-center gap-2 rounded-lg bg-sunken py-0.5 ps-2.5 pe-1">
          {ordered && <span class="num text-xs text-mute">{index + 1}.</span>}
          <span class="min-w-0 flex-1 truncate">{model}</span>
          {ordered && index > 0 && (
            <button
              type="button"
              class="btn btn-quiet btn-small"
              aria-label={words.earlier(model)}
              onClick={() => earlier(index)}
            >
              <Icon name="up" />
            </button>
          )}
          <button
            type="button"
            class="btn btn-quiet btn-small"
            aria-label={words.takeOut(model)}
            onClick={() =>
              onChange(value.filter((one) =>
                one !== model
              ))}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ol>
  );
}

function modelsIn(typed: string): readonly string[] {
  return typed.split(/[\s,]+/).filter((model) => model !== "");
}

/** The chosen models, and the text typed in the field of this name when its form is sent. */
export function chosenModels(
  form: HTMLFormElement,
  name: string,
  chosen: readonly string[],
): readonly string[] {
  const typed = modelsIn(String(new FormData(form).get(name) ?? ""));
  return [...new Set([...chosen, ...typed])];
}

/** Several models, one after the other: typed or picked, taken out, and put earlier where the order counts. */
export function ModelListField(props: ModelListFieldProps) {
  const { label, name, value, onChange, known, ordered, placeholder } = props;
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLInputElement>) => {
    const input = event.currentTarget;
    if (event.key !== "Enter" || input.value.trim() === "") return;
    event.preventDefault();
    onChange([...new Set([...value, ...modelsIn(input.value)])]);
    input.value = "";
  };
  return (
    <div>
      <span class="label" aria-hidden="true">{label}</span>
      {value.length > 0 && <Chosen value={value} ordered={ordered} onChange={onChange} />}
      <input
        class="field"
        name={name}
        aria-label={label}
        list={known}
        placeholder={placeholder ?? words.addModel}
        onKeyDown={onKeyDown}
      />
    </div>
  );
}
