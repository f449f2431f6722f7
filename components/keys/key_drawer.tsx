import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { KeyRow, Tier } from "../data/views.ts";
import { keyName, tailText } from "../format.ts";
import { text } from "../text/shell.ts";
import { keysText } from "../text/keys.ts";
import { Problem } from "../ui/card.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Countdown } from "../ui/figure.tsx";
import { Icon } from "../ui/icon.tsx";
import { StatusChip } from "../ui/status_chip.tsx";
import { TierField } from "./add_keys_form.tsx";
import type { KeyActions } from "./key_actions.ts";

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

/** Patterns of models as the API takes them: none is null. */
function patternsOf(typed: string): readonly string[] | null {
  const patterns = typed.split(/[\s,]+/).filter(Boolean);
  return patterns.length === 0 ? null : patterns;
}

/** What the form changes: an empty project is forgotten, an empty proxy stays as it is. */
function patchOf(form: FormData, tier: Tier) {
  const value = (name: string) => String(form.get(name) ?? "").trim();
  return {
    label: value("label"),
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
      <Field label={words.project} name="project" value={row.project} hint={words.projectHint} />
      <TierField value={tier.value} onChange={(value) => tier.value = value} />
      <Field
        label={words.priority}
        name="priority"
        value={String(row.priority)}
        hint={words.priorityHint}
      />
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

function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="grid gap-2">
      <h3 class="text-xs font-medium text-mute">{title}</h3>
      {children}
    </section>
  );
}

/** Everything about one key, and everything that can be done to it. */
export function KeyDrawer(
  { row, actions, onClose }: { row: KeyRow; actions: KeyActions; onClose: () => void },
) {
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
        <Section title={`${words.models} (${row.models.length})`}>
          <ul class="flex flex-wrap gap-1.5">
            {row.models.map((model) => <li key={model} class="chip">{model}</li>)}
          </ul>
        </Section>
      </div>
    </Dialog>
  );
}
