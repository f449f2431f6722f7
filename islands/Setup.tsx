import { api } from "../components/shared/live/browser_api.ts";
import { readHealth } from "../components/shared/health.ts";
import { readCatalog } from "../components/shared/models/read_catalog.ts";
import type { Agent as AgentRow } from "../src/management/contract.ts";
import type { CatalogView, ConnectionView, HealthView, KeyRow } from "../components/shared/views.ts";
import { useEffect, useRef } from "preact/hooks";
import { ALL_KEYS, readKeys } from "../components/shared/keys/read_keys.ts";
import { useOpened } from "../components/shared/live/address.ts";
import { useResource } from "../components/shared/live/resource.ts";
import { ModelTable } from "../components/shared/models/model_table.tsx";
import { AgentStep } from "../components/setup/agent_step.tsx";
import { CallStep } from "../components/setup/call_step.tsx";
import { setupText } from "../components/setup/words.ts";
import { FIRST_RUN } from "../src/core/first_run.ts";
import { chatModels } from "../components/shared/models/chat_models.ts";
import { keyName } from "../components/shared/format.ts";
import { AddKeysForm } from "../components/shared/keys/add_keys_form.tsx";
import { StatusChip } from "../components/shared/ui/status_chip.tsx";

const words = setupText;

export interface SetupProps {
  /** The first page of them. */
  readonly keys: readonly KeyRow[];
  readonly counts: HealthView["keys"];
  readonly catalog: CatalogView;
  readonly agents: readonly AgentRow[];
  readonly connection: ConnectionView;
  /** The step to begin with, from 1. */
  readonly step: number;
}

async function readSome() {
  const [{ rows }, { keys: counts }] = await Promise.all([
    readKeys(api, ALL_KEYS),
    readHealth(api),
  ]);
  return { rows, counts };
}

function Steps({ at, onGo }: { at: number; onGo: (step: number) => void }) {
  return (
    <ol class="mb-6 flex flex-wrap gap-2">
      {words.steps.map((name, index) => (
        <li key={name}>
          <button
            type="button"
            aria-current={index + 1 === at ? "step" : undefined}
            class="flex items-center gap-2 rounded-full border border-line px-3 py-1 text-soft aria-[current=step]:border-transparent aria-[current=step]:bg-accent-wash aria-[current=step]:font-medium aria-[current=step]:text-accent"
            onClick={() => onGo(index + 1)}
          >
            <span class="num grid size-5 place-items-center rounded-full bg-sunken text-xs">{index + 1}</span>
            {name}
          </button>
        </li>
      ))}
    </ol>
  );
}

/** From a key to the first answer, in four steps. */
export default function Setup(props: SetupProps) {
  const keys = useResource({ rows: props.keys, counts: props.counts }, readSome, [
    "stats_update",
    "pool_update",
  ]);
  const catalog = useResource(props.catalog, () => readCatalog(api), []);
  const agents = useResource(props.agents, () => api.agents(), []);
  const opened = useOpened("step", String(props.step));
  const at = Number(opened.value) || props.step;
  const heading = useRef<HTMLHeadingElement>(null);
  const moved = useRef(false);
  const go = (step: number) => {
    moved.current = true;
    opened.open(String(step));
  };
  useEffect(() => {
    if (moved.current) heading.current?.focus();
    if (at > 1) void catalog.refresh();
  }, [at]);
  const refresh = async () => {
    await Promise.all([keys.refresh(), catalog.refresh()]);
  };
  const { models } = catalog.value.value;
  const { rows, counts } = keys.value.value;
  const last = words.steps.length;
  return (
    <div class="max-w-4xl">
      <Steps at={at} onGo={go} />
      <section class="card p-4 sm:p-5" aria-labelledby="step-title">
        <h2
          id="step-title"
          ref={heading}
          tabIndex={-1}
          class="mb-4 text-lg font-semibold tracking-tight outline-none"
        >
          {FIRST_RUN.step(at)}
        </h2>
        {at === 1 && <KeyStep keys={rows} counts={counts} models={models.length} refresh={refresh} />}
        {at === 2 && (
          <>
            <p class="mb-4 text-mute">{models.length === 0 ? words.modelsNone : words.modelsLead}</p>
            {models.length > 0 && (
              <div class="-mx-4 sm:-mx-5">
                <ModelTable models={models} keys={rows} total={counts.total} typed="" />
              </div>
            )}
          </>
        )}
        {at === 3 && (
          <AgentStep agents={agents.value.value} connection={props.connection} refresh={agents.refresh} />
        )}
        {at === last && (
          <CallStep
            models={chatModels(models)}
            asksAtOnce={moved.current}
            onKeys={() => go(1)}
          />
        )}
        <div class="mt-6 flex gap-2 border-t border-line pt-4">
          {at > 1 && <button type="button" class="btn" onClick={() => go(at - 1)}>{words.back}</button>}
          {at < last && (
            <button
              type="button"
              class={`btn ms-auto ${counts.total > 0 ? "btn-primary" : ""}`}
              onClick={() => go(at + 1)}
            >
              {words.next}
            </button>
          )}
        </div>
      </section>
    </div>
  );
}

const MOST_SHOWN = 20;

interface KeyStepProps {
  readonly keys: readonly KeyRow[];
  /** Of all keys, also those that are not in the list. */
  readonly counts: HealthView["keys"];
  /** Models that any of them has. */
  readonly models: number;
  readonly refresh: () => Promise<void>;
}

/** The summary of keys, in the words of the terminal. */
function summaryOf({ total, active, cooldown }: HealthView["keys"], models: number): string {
  if (total === 0) return words.keysNone;
  return active + cooldown === 0 ? words.keysDead : `${FIRST_RUN.works(active + cooldown, models)}.`;
}

/** First: keys in the pool. */
function KeyStep({ keys, counts, models, refresh }: KeyStepProps) {
  return (
    <div class="grid gap-5">
      <p class="font-medium" role="status">{summaryOf(counts, models)}</p>
      {keys.length > 0 && (
        <ul class="flex flex-wrap gap-3">
          {keys.slice(0, MOST_SHOWN).map((key) => (
            <li key={key.id} class="flex items-center gap-2">
              {keyName(key)} <StatusChip status={key.status} />
            </li>
          ))}
        </ul>
      )}
      <AddKeysForm onAdded={() => void refresh()} />
    </div>
  );
}
