import { keyRow } from "../shared/keys/key_row.ts";
import type { KeyRow, Tier } from "../shared/views.ts";
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { keyName, tailText } from "../shared/format.ts";
import { api } from "../shared/live/browser_api.ts";
import { useResource } from "../shared/live/resource.ts";
import { text } from "../shared/words.ts";
import { keysText } from "./words.ts";
import { Problem } from "../shared/ui/card.tsx";
import { Dialog, Section } from "../shared/ui/dialog.tsx";
import { Countdown } from "../shared/ui/figure.tsx";
import { Icon } from "../shared/ui/icon.tsx";
import { StatusChip } from "../shared/ui/status_chip.tsx";
import { TierField } from "../shared/keys/add_keys_form.tsx";
import { type KeyActions, keyActions } from "./key_actions.ts";
import { keyFormText } from "../shared/keys/words.ts";

const words = keysText;

interface FieldProps {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly hint?: string;
}

function Field({ label, name, value, hint = "" }: FieldProps) {
  return (
    <label>
      <span class="label">{label}</span>
      <input class="field" type="text" name={name} placeholder={hint} defaultValue={value} />
    </label>
  );
}

/** As the API takes it: a whole number between -1,000 and 1,000. */
function PriorityField({ value }: { value: number }) {
  return (
    <label>
      <span class="label">{words.priority}</span>
      <input
        class="field num"
        type="number"
        name="priority"
        min={-1_000}
        max={1_000}
        step={1}
        required
        title={words.priorityHint}
        defaultValue={String(value)}
      />
    </label>
  );
}

/** Patterns of models as the API takes them: none is null. */
function patternsOf(typed: string): readonly string[] | null {
  const patterns = typed.split(/[\s,]+/).filter(Boolean);
  return patterns.length === 0 ? null : patterns;
}

/** The patch of the form: an empty project is removed, an empty proxy is unchanged. */
function patchOf(form: FormData, tier: Tier) {
  const value = (name: string) => String(form.get(name) ?? "").trim();
  return {
    label: value("label"),
    tags: value("tags").split(",").map((tag) => tag.trim()).filter(Boolean),
    tier,
    project: value("project") || null,
    priority: Number(value("priority")) || 0,
    allowModels: patternsOf(value("allowModels")),
    denyModels: patternsOf(value("denyModels")),
    ...(value("proxy") === "" ? {} : { proxy: value("proxy") }),
  };
}

function EditForm({ row, actions }: { row: KeyRow; actions: KeyActions }) {
  const tier = useSignal<Tier>(row.tier);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    await actions.edit(row, patchOf(new FormData(event.currentTarget as HTMLFormElement), tier.value));
  };
  return (
    <form class="grid gap-4 sm:grid-cols-2" onSubmit={submit} key={row.updatedAt}>
      <Field label={words.label} name="label" value={row.label} />
      <Field label={keyFormText.project} name="project" value={row.project} hint={keyFormText.projectHint} />
      <TierField value={tier.value} onChange={(value) => tier.value = value} />
      <PriorityField value={row.priority} />
      <div class="sm:col-span-2">
        <Field label={words.tags} name="tags" value={row.tags.join(", ")} hint={words.tagsHint} />
      </div>
      <Field
        label={words.onlyModels}
        name="allowModels"
        value={row.allowModels.join(", ")}
        hint={words.allowHint}
      />
      <Field
        label={words.neverModels}
        name="denyModels"
        value={row.denyModels.join(", ")}
        hint={words.denyHint}
      />
      <div class="sm:col-span-2">
        <Field
          label={words.proxy}
          name="proxy"
          value=""
          hint={row.proxy ? words.proxyIs(row.proxy) : words.proxyHint}
        />
      </div>
      <button type="submit" class="btn btn-primary justify-self-start">{text.save}</button>
    </form>
  );
}

/** Another secret under the same name; the field keeps what Google did not take. */
function ReplaceForm({ row, actions }: { row: KeyRow; actions: KeyActions }) {
  const secret = useSignal("");
  const busy = useSignal(false);
  const undo = useSignal("");
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    busy.value = true;
    const made = await actions.replace(row, secret.value.trim());
    if (made !== undefined) [undo.value, secret.value] = [made, ""];
    busy.value = false;
  };
  const takeBack = async () => {
    if (await actions.takeBack(row, undo.value)) undo.value = "";
  };
  return (
    <form class="grid gap-2" onSubmit={submit}>
      <p class="text-xs text-mute">{words.replaceNote}</p>
      <div class="flex flex-wrap items-end gap-2">
        <label class="min-w-48 flex-1">
          <span class="label">{words.replaceField}</span>
          <input
            class="field font-mono"
            type="password"
            autocomplete="off"
            spellcheck={false}
            required
            maxLength={4_096}
            value={secret}
            onInput={(event) => secret.value = event.currentTarget.value}
          />
        </label>
        <button type="submit" class="btn" disabled={busy.value || secret.value.trim() === ""}>
          {busy.value ? words.replacing : words.replaceButton}
        </button>
      </div>
      <p role="status" class="flex flex-wrap items-center gap-2">
        {undo.value !== "" && (
          <>
            {words.replaced(keyName(row), tailText(row.tail))}
            <button type="button" class="btn btn-small" onClick={() => void takeBack()}>{text.undo}</button>
          </>
        )}
      </p>
    </form>
  );
}

function Cooldowns({ row, actions }: { row: KeyRow; actions: KeyActions }) {
  if (row.cooldowns.length === 0) return <p class="text-mute">{words.noCooldowns}</p>;
  return (
    <ul class="divide-y divide-line">
      {row.cooldowns.map((cooldown) => (
        <li key={`${cooldown.scope}-${cooldown.kind}`} class="flex items-center gap-3 py-2">
          <div class="min-w-0 flex-1">
            <p class="truncate font-medium">{cooldown.scope}</p>
            <p class="text-xs text-mute">{cooldown.reason}</p>
          </div>
          {cooldown.until !== undefined && (
            <span class="shrink-0 text-warn">
              <Countdown until={cooldown.until} />
            </span>
          )}
          <button
            type="button"
            class="btn btn-small"
            onClick={() =>
              actions.lift(row, cooldown.scope)}
          >
            {words.lift}
          </button>
        </li>
      ))}
    </ul>
  );
}

function Buttons({ row, actions, onClose }: { row: KeyRow; actions: KeyActions; onClose: () => void }) {
  const isOff = row.status === "disabled";
  const remove = async () => {
    onClose();
    await actions.remove(row);
  };
  return (
    <div class="flex flex-wrap gap-2">
      <button type="button" class="btn" onClick={() => actions.check(row)}>
        <Icon name="refresh" />
        {words.check}
      </button>
      <button type="button" class="btn" onClick={() => actions.edit(row, { enabled: isOff })}>
        {isOff ? words.enable : words.disable}
      </button>
      {row.cooldowns.length > 0 && (
        <button type="button" class="btn" onClick={() => actions.lift(row)}>{words.liftAll}</button>
      )}
      <button type="button" class="btn btn-danger ms-auto" onClick={remove}>
        <Icon name="trash" />
        {text.remove}
      </button>
    </div>
  );
}

interface DrawerProps {
  readonly id: string;
  /** The known part of it before it was read; its models may be missing. */
  readonly initial: KeyRow | undefined;
  /** Has the list read again. */
  readonly refresh: () => Promise<void>;
  readonly onClose: () => void;
}

/** Everything about one key, and everything that can be done to it. */
export function KeyDrawer({ id, initial, refresh, onClose }: DrawerProps) {
  const found = useResource(initial, async () => keyRow(await api.key(id)), [
    "stats_update",
    "pool_update",
  ]);
  useEffect(() => void found.refresh(), []);
  const actions = useMemo(
    () => keyActions(async () => void await Promise.all([found.refresh(), refresh()])),
    [],
  );
  const row = found.value.value;
  if (row === undefined) {
    return found.problem.value === "" ? null : (
      <Dialog title={words.unknownKey} open side onClose={onClose}>
        <Problem>{found.problem.value}</Problem>
      </Dialog>
    );
  }
  return <Details row={row} actions={actions} onClose={onClose} />;
}

function Details({ row, actions, onClose }: { row: KeyRow; actions: KeyActions; onClose: () => void }) {
  return (
    <Dialog title={words.details(keyName(row))} open side onClose={onClose}>
      <div class="grid gap-6">
        <div class="flex flex-wrap items-center gap-2">
          <StatusChip status={row.status} />
          <span class="chip">{words.sources[row.source] ?? row.source}</span>
          <span class="font-mono text-xs text-mute">{tailText(row.tail)}</span>
        </div>
        {row.status === "dead" && (
          <Problem>
            {row.reason} {row.remedy}{" "}
            {row.link && (
              <a class="underline" href={row.link} target="_blank" rel="noopener noreferrer">{row.link}</a>
            )}
          </Problem>
        )}
        <Buttons row={row} actions={actions} onClose={onClose} />
        <Section title={words.cooldowns}>
          <Cooldowns row={row} actions={actions} />
        </Section>
        <Section title={text.edit}>
          <EditForm row={row} actions={actions} />
        </Section>
        {row.source === "api_key" && (
          <Section title={words.replace}>
            <ReplaceForm row={row} actions={actions} />
          </Section>
        )}
        <Section title={`${words.models} (${row.models.length})`}>
          <ul class="flex flex-wrap gap-1.5">
            {row.models.map((model) => <li key={model} class="chip">{model}</li>)}
          </ul>
        </Section>
      </div>
    </Dialog>
  );
}
