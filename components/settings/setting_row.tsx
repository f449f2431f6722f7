import type { SettingRow as Row } from "../../src/management/contract.ts";
import { readable, savedText } from "./draft.ts";
import { settingsText } from "./words.ts";

const words = settingsText;

interface SettingRowProps {
  readonly row: Row;
  /** The unsaved edit; undefined without one. */
  readonly typed: string | null | undefined;
  readonly onType: (text: string | null) => void;
}

function Field({ row, typed, onType }: SettingRowProps) {
  const { variable, choices, fallback, secret } = row;
  const text = typed === undefined ? (secret ? "" : savedText(row)) : typed ?? fallback ?? "";
  const common = { id: variable, "aria-describedby": `${variable}-doc`, class: "field num" };
  if (choices !== undefined) {
    return (
      <select {...common} value={text} onChange={(event) => onType(event.currentTarget.value)}>
        {choices.map((one) => <option key={one} value={one}>{one}</option>)}
      </select>
    );
  }
  const input = { ...common, value: text, spellcheck: false };
  const type = (event: { readonly currentTarget: HTMLInputElement }) => onType(event.currentTarget.value);
  return secret
    ? (
      <input
        {...input}
        type="password"
        autocomplete="new-password"
        placeholder={row.value === null ? words.unset : words.secretSet}
        onInput={type}
      />
    )
    : <input {...input} autocomplete="off" placeholder={fallback ?? words.unset} onInput={type} />;
}

/** A value that is changed elsewhere, with the reason. */
function Fixed({ row }: { row: Row }) {
  return (
    <div class="grid gap-1">
      <p class="num break-all">{row.value ?? <span class="text-mute">{words.unset}</span>}</p>
      <p class="text-xs text-mute">{row.fixed}</p>
    </div>
  );
}

/** The text under the field: the value in readable units, its origin, and a pending change. */
function Facts({ row, typed, onType }: SettingRowProps) {
  const shown = readable(row, typed ?? savedText(row));
  const canReset = row.origin === ".env" && typed !== null;
  return (
    <p class="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-mute empty:hidden">
      {shown && <span class="num">{shown}</span>}
      {row.next !== undefined && (
        <span class="chip chip-warn">
          {words.waits(row.secret ? words.anotherSecret : row.next ?? words.unset)}
        </span>
      )}
      {typed !== undefined && <span class="chip chip-accent">{words.unsaved}</span>}
      {canReset && (
        <button type="button" class="text-accent hover:underline" onClick={() => onType(null)}>
          {words.reset(row.secret ? words.unset : row.fallback ?? words.unset)}
        </button>
      )}
    </p>
  );
}

/** One setting: what it means, its value, whether a change takes effect at once. */
export function SettingRow(props: SettingRowProps) {
  const { row } = props;
  return (
    <div
      class="grid gap-x-6 gap-y-2 py-3 md:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]"
      data-setting={row.variable}
    >
      <div class="min-w-0">
        <p class="flex flex-wrap items-center gap-2">
          {row.fixed === undefined
            ? <label class="font-mono text-xs font-medium break-all" for={row.variable}>{row.variable}</label>
            : <span class="font-mono text-xs font-medium break-all">{row.variable}</span>}
          <span class={`chip ${row.applies === "now" ? "chip-good" : ""}`}>{words.applies[row.applies]}</span>
        </p>
        <p id={`${row.variable}-doc`} class="mt-1 text-mute">{row.doc}</p>
      </div>
      {row.fixed === undefined
        ? (
          <div class="grid min-w-0 content-start gap-1.5">
            <Field {...props} />
            <Facts {...props} />
          </div>
        )
        : <Fixed row={row} />}
    </div>
  );
}
