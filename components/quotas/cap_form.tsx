import type { CapRow } from "./read_quotas.ts";
import type { Cap } from "../../src/management/contract.ts";
import { text } from "../shared/words.ts";
import { quotasText } from "./words.ts";

const words = quotasText;
const UNITS = ["requests", "tokens"] as const;
const PERIODS = ["hourly", "daily", "weekly", "monthly"] as const;
const ACTIONS = ["try_next", "reject"] as const;

/** A cap as the API takes it. */
export type CapDraft = Omit<Cap, "updatedAt">;

interface ChoiceProps<Name extends string> {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly options: readonly Name[];
  readonly names: Readonly<Record<Name, string>>;
}

function Choice<Name extends string>({ label, name, value, options, names }: ChoiceProps<Name>) {
  return (
    <label>
      <span class="label">{label}</span>
      <select class="field" name={name}>
        {options.map((one) => <option key={one} value={one} selected={one === value}>{names[one]}</option>)}
      </select>
    </label>
  );
}

function NumberField(
  { label, name, value, max }: { label: string; name: string; value: number; max?: number },
) {
  return (
    <label>
      <span class="label">{label}</span>
      <input
        class="field num"
        type="number"
        name={name}
        min={0}
        step={1}
        required
        defaultValue={String(value)}
        {...(max ? { max } : {})}
      />
    </label>
  );
}

function draftOf(form: FormData, cap: CapRow | undefined): CapDraft {
  const value = (name: string) => String(form.get(name) ?? "").trim();
  return {
    model: cap?.model ?? value("model"),
    limit: Number(value("limit")),
    // The form offers these alone.
    unit: value("unit") as Cap["unit"],
    period: value("period") as Cap["period"],
    alertThreshold: Number(value("alertThreshold")),
    action: value("action") as Cap["action"],
    enabled: form.has("enabled"),
  };
}

/** Makes or edits one cap. */
export function CapForm({ cap, target, targets, onSave }: {
  cap: CapRow | undefined;
  /** The target of a new cap; empty for a choice. */
  target: string;
  targets: readonly string[];
  onSave: (draft: CapDraft) => void;
}) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    onSave(draftOf(new FormData(event.currentTarget as HTMLFormElement), cap));
  };
  return (
    <form class="grid gap-4 sm:grid-cols-2" onSubmit={submit}>
      {cap === undefined && (
        <label class="sm:col-span-2">
          <span class="label">{words.target}</span>
          <input
            class="field"
            type="text"
            name="model"
            list="cap-targets"
            required
            autocomplete="off"
            placeholder={words.targetHint}
            defaultValue={target}
          />
          <datalist id="cap-targets">
            {targets.map((target) => <option key={target} value={target} />)}
          </datalist>
        </label>
      )}
      <NumberField label={words.limit} name="limit" value={cap?.limit ?? 1000} />
      <Choice
        label={words.unit}
        name="unit"
        value={cap?.unit ?? "requests"}
        options={UNITS}
        names={words.units}
      />
      <Choice
        label={words.period}
        name="period"
        value={cap?.period ?? "daily"}
        options={PERIODS}
        names={words.periods}
      />
      <NumberField
        label={words.threshold}
        name="alertThreshold"
        value={cap?.alertThreshold ?? 80}
        max={100}
      />
      <Choice
        label={words.action}
        name="action"
        value={cap?.action ?? "try_next"}
        options={ACTIONS}
        names={words.actions}
      />
      <label class="flex items-center gap-2 self-end pb-1.5">
        <input
          type="checkbox"
          name="enabled"
          class="size-4 accent-(--accent)"
          defaultChecked={cap?.enabled ?? true}
        />
        {words.enabled}
      </label>
      <button type="submit" class="btn btn-primary justify-self-start">{text.save}</button>
    </form>
  );
}
