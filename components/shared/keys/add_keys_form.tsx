import type { Tier } from "../views.ts";
import { useSignal } from "@preact/signals";
import { api, messageOf } from "../live/browser_api.ts";
import { keyFormText } from "./words.ts";
import { Icon } from "../ui/icon.tsx";
import { Meter } from "../ui/meter.tsx";

const words = keyFormText;
const WIDTH = 4;

interface Line {
  /** The key itself; it stays in this page. */
  readonly key: string;
  readonly name: string;
  readonly ok: boolean;
  readonly note: string;
}

async function addOne(key: string, project: string, tier: Tier): Promise<Line> {
  const name = pastedName(key);
  try {
    const { models = [] } = await api.addKeys({
      key,
      ...(project === "" ? {} : { project }),
      tier,
    });
    return { key, name, ok: true, note: words.addOk(models.length) };
  } catch (error) {
    return { key, name, ok: false, note: messageOf(error) };
  }
}

/** Adds keys, a few at a time, and reports each. */
async function addEach(
  keys: readonly string[],
  add: (key: string) => Promise<Line>,
  tell: (line: Line) => void,
) {
  const waiting = [...keys];
  const worker = async () => {
    for (let key = waiting.shift(); key !== undefined; key = waiting.shift()) tell(await add(key));
  };
  await Promise.all(Array.from({ length: WIDTH }, worker));
}

function Results({ lines, total }: { lines: readonly Line[]; total: number }) {
  return (
    <div class="grid gap-3">
      <div class="num flex items-center gap-3">
        <Meter share={lines.length / total} tone="accent" label={words.addProgress(lines.length, total)} />
        <span class="shrink-0 text-mute">{words.addProgress(lines.length, total)}</span>
      </div>
      <ul class="grid max-h-72 gap-1.5 overflow-y-auto" aria-live="polite">
        {lines.map((line, index) => (
          <li key={index} class="flex items-baseline gap-2">
            <span class={line.ok ? "text-good" : "text-bad"}>
              <Icon name={line.ok ? "check" : "alert"} class="inline" />
            </span>
            <span class="font-mono text-xs">{line.name}</span>
            <span class={line.ok ? "text-mute" : "text-bad"}>{line.note}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Paste one key or a thousand; each is checked and reported. `onAdded` is called when all are done. */
export function AddKeysForm({ onAdded }: { onAdded: () => void }) {
  const pasted = useSignal("");
  const project = useSignal("");
  const tier = useSignal<Tier>("free");
  const lines = useSignal<readonly Line[]>([]);
  const total = useSignal(0);
  const keys = pastedKeys(pasted.value);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    [total.value, lines.value, pasted.value] = [keys.length, [], ""];
    await addEach(
      keys,
      (key) => addOne(key, project.value.trim(), tier.value),
      (line) => lines.value = [...lines.value, line],
    );
    // Failed keys stay in the box, to be corrected or retried.
    pasted.value = lines.value.filter(({ ok }) => !ok).map((line) => line.key).join("\n");
    onAdded();
  };
  const done = total.value > 0 && lines.value.length === total.value;
  const good = lines.value.filter((line) => line.ok).length;
  if (total.value > 0) {
    return (
      <div class="grid gap-4">
        <Results lines={lines.value} total={total.value} />
        {done && (
          <div class="flex items-center gap-3">
            <p role="status" class="font-medium">{words.addDone(good, total.value - good)}</p>
            <button type="button" class="btn ms-auto" onClick={() => total.value = 0}>
              {good < total.value ? words.addFailed(total.value - good) : words.addMore}
            </button>
          </div>
        )}
      </div>
    );
  }
  return (
    <form class="grid gap-4" onSubmit={submit}>
      <p class="text-mute">{words.addLead}</p>
      <label>
        <span class="label">{words.addField}</span>
        <textarea
          class="field min-h-32 font-mono"
          rows={6}
          spellcheck={false}
          autocomplete="off"
          required
          value={pasted.value}
          onInput={(event) => pasted.value = event.currentTarget.value}
        />
      </label>
      <div class="grid gap-4 sm:grid-cols-2">
        <label>
          <span class="label">{words.project}</span>
          <input
            class="field"
            placeholder={words.projectHint}
            value={project}
            onInput={(event) => project.value = event.currentTarget.value}
          />
        </label>
        <TierField value={tier.value} onChange={(value) => tier.value = value} />
      </div>
      <div class="flex flex-wrap items-center gap-3">
        <a
          class="text-accent underline underline-offset-4"
          href="https://aistudio.google.com/apikey"
          target="_blank"
          rel="noreferrer"
        >
          {words.getKey}
        </a>
        <button type="submit" class="btn btn-primary ms-auto" disabled={keys.length === 0}>
          {words.addButton(keys.length)}
        </button>
      </div>
    </form>
  );
}

export const TIERS = ["free", "standard", "premium", "enterprise"] as const;

export function TierField({ value, onChange }: { value: Tier; onChange: (tier: Tier) => void }) {
  return (
    <label>
      <span class="label">{words.tier}</span>
      <select class="field" value={value} onChange={(event) => onChange(event.currentTarget.value as Tier)}>
        {TIERS.map((tier) => <option key={tier} value={tier}>{tier}</option>)}
      </select>
    </label>
  );
}

const KEY_REGEXP = /AIza[0-9A-Za-z_-]{30,}|AQ\.[0-9A-Za-z_-]{20,}/g;

/** The keys in a pasted text: whatever looks like one anywhere in it; otherwise one a line or comma. Each once. */
export function pastedKeys(text: string): readonly string[] {
  const found = text.match(KEY_REGEXP) ?? [];
  const loose = text.split(/[\s,;]+/).map((word) => word.replace(/^["']|["']$/g, "")).filter((word) =>
    word.length >= 8
  );
  return [...new Set(found.length > 0 ? found : loose)];
}

/** The name of a key before it is added: its last four characters. */
export function pastedName(key: string): string {
  return key.length < 12 ? "…" : `…${key.slice(-4)}`;
}
