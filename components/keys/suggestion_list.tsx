import type { LocalClient } from "../../src/management/client.ts";
import type { KeyRow } from "../shared/views.ts";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { keyName, percent } from "../shared/format.ts";
import { api, messageOf } from "../shared/live/browser_api.ts";
import { useResource } from "../shared/live/resource.ts";
import { showToast } from "../shared/live/toasts.ts";
import { keysText } from "./words.ts";
import { Card } from "../shared/ui/card.tsx";
import { ALL_KEYS, readAllKeys, readNamedKeys } from "../shared/keys/read_keys.ts";
import { keyFormText } from "../shared/keys/words.ts";

/** Keys that seem to share a project. */
export interface SuggestionRow {
  readonly credentials: readonly string[];
  readonly evidence: string;
  /** 0..1 */
  readonly confidence: number;
}

/** Keys that seem to share a project, as the pool found. */
export async function readSuggestions(client: LocalClient): Promise<readonly SuggestionRow[]> {
  return (await client.pool()).suggestions;
}

const words = keysText;
/** Shown at once. */
const MOST = 5;
const STORE = "geminitro.dismissed";

function Row({ row, keys, onConfirm, onDismiss }: {
  row: SuggestionRow;
  keys: readonly KeyRow[];
  onConfirm: (project: string) => void;
  onDismiss: () => void;
}) {
  const members = row.credentials.map((id) => keys.find((key) => key.id === id)).filter((key) => !!key);
  const typed = useSignal<string | undefined>(undefined);
  const project = typed.value ?? projectNameFor(members, keys);
  const names = members.map(keyName).join(", ");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    onConfirm(project.trim());
  };
  return (
    <li class="flex flex-wrap items-end gap-x-4 gap-y-3 py-3 first:pt-1 last:pb-0">
      <div class="min-w-56 flex-1">
        <p class="font-medium">{names}</p>
        <p class="text-xs text-mute">
          {row.evidence} · {words.sure(percent(row.confidence))}
        </p>
      </div>
      <form class="flex flex-wrap items-end gap-2" onSubmit={submit}>
        <label class="w-44">
          <span class="label">{keyFormText.project}</span>
          <input
            class="field"
            required
            maxLength={100}
            value={project}
            onInput={(event) => typed.value = event.currentTarget.value}
          />
        </label>
        <button type="submit" class="btn btn-primary" aria-label={words.confirmOf(names)}>
          {words.confirm}
        </button>
        <button
          type="button"
          class="btn btn-quiet"
          aria-label={words.dismissOf(names)}
          onClick={onDismiss}
        >
          {words.dismiss}
        </button>
      </form>
    </li>
  );
}

/** The keys of the suggestions, and those that hold the names which a new project would be given. */
async function namesFor(rows: readonly SuggestionRow[]): Promise<readonly KeyRow[]> {
  const [members, named] = await Promise.all([
    readNamedKeys(api, rows.flatMap(({ credentials }) => credentials)),
    readAllKeys(api, { ...ALL_KEYS, q: "project-" }),
  ]);
  return [...members, ...named];
}

function readDismissed(): readonly string[] {
  return (localStorage.getItem(STORE) ?? "").split("\n").filter(Boolean);
}

/** Keys that seem to share a project; nothing is done about it until somebody confirms. */
export function SuggestionList({ initial, refresh }: {
  initial: readonly SuggestionRow[];
  refresh: () => Promise<void>;
}) {
  const found = useResource(initial, () => readSuggestions(api), ["pool_update", "stats_update"], 10_000);
  const dismissed = useSignal<readonly string[]>([]);
  useEffect(() => void (dismissed.value = readDismissed()), []);
  const confirm = async (row: SuggestionRow, project: string) => {
    try {
      await api.confirmProject({ credentials: row.credentials, project });
      showToast(words.confirmed(row.credentials.length, project), { tone: "good" });
    } catch (error) {
      showToast(messageOf(error), { tone: "bad" });
    }
    await Promise.all([found.refresh(), refresh()]);
  };
  const dismiss = (row: SuggestionRow) => {
    dismissed.value = [...dismissed.value, suggestionId(row)].slice(-200);
    localStorage.setItem(STORE, dismissed.value.join("\n"));
  };
  const rows = found.value.value.filter((row) => !dismissed.value.includes(suggestionId(row))).slice(0, MOST);
  const keys = useSignal<readonly KeyRow[]>([]);
  const asked = rows.map(suggestionId).join();
  useEffect(() => {
    if (asked === "") return;
    void namesFor(rows).then((known) => keys.value = known, () => {});
  }, [asked]);
  if (rows.length === 0 || keys.value.length === 0) return null;
  return (
    <Card title={words.suggestions} note={words.suggestionsNote} class="mb-4">
      <ul class="divide-y divide-line">
        {rows.map((row) => (
          <Row
            key={suggestionId(row)}
            row={row}
            keys={keys.value}
            onConfirm={(project) => void confirm(row, project)}
            onDismiss={() => dismiss(row)}
          />
        ))}
      </ul>
    </Card>
  );
}

/** One suggestion's name, the same in whatever order its keys come. */
export function suggestionId({ credentials }: SuggestionRow): string {
  return credentials.toSorted().join("+");
}

type Named = Pick<KeyRow, "project">;

/** The project that one of the keys already has, else the first free `project-N`. */
export function projectNameFor(members: readonly Named[], keys: readonly Named[]): string {
  const told = members.map((key) => key.project).find((project) => project !== "");
  if (told !== undefined) return told;
  const taken = new Set(keys.map((key) => key.project));
  let number = 1;
  while (taken.has(`project-${number}`)) number++;
  return `project-${number}`;
}
