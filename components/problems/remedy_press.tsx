import { readCatalog } from "../shared/models/read_catalog.ts";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { LocalClient } from "../../src/management/client.ts";
import { api, messageOf } from "../shared/live/browser_api.ts";
import { text } from "../shared/words.ts";
import { chatModels } from "../shared/models/chat_models.ts";
import type { Remedy } from "./remedies.ts";
import { problemsText } from "./words.ts";

const words = problemsText.press;

/** The planned change of a remedy, and how to apply and undo it. */
interface Plan {
  readonly will: string;
  readonly button: string;
  /** Returns what came of it. */
  run(): Promise<string>;
  /** Absent where nothing was changed that could be put back. */
  readonly undo?: () => Promise<unknown>;
}

type Client = Awaited<ReturnType<LocalClient["clients"]>>[number];

/** Choices for some remedies, read while the page is open. */
interface Choices {
  readonly models: readonly string[];
  readonly clients: readonly Client[];
}

async function choicesFor({ kind }: Remedy): Promise<Choices> {
  if (kind === "budget") return { models: [], clients: await api.clients() };
  if (kind !== "fallback" && kind !== "alias") return { models: [], clients: [] };
  return { models: chatModels((await readCatalog(api)).models), clients: [] };
}

async function checkKeys(keys: readonly string[]): Promise<string> {
  let well = 0;
  let why = "";
  for (const id of keys) {
    const { ok, reason = "" } = await api.checkKey(id);
    if (ok) well++;
    else why = reason;
  }
  return words.checked(well, keys.length, why);
}

function fallbackPlan(model: string, target: string): Plan {
  let before: readonly string[] | undefined;
  return {
    will: words.fallbackWill(model),
    button: words.fallback,
    async run() {
      before = (await api.fallbacks()).find((one) => one.model === model)?.to;
      await api.putFallback(model, { to: [target, ...(before ?? []).filter((one) => one !== target)] });
      return words.fallbackDone(model, target);
    },
    undo: () => before === undefined ? api.removeFallback(model) : api.putFallback(model, { to: before }),
  };
}

/** A budget, or else the requests of a minute, half as large again; nothing for a client without either. */
function budgetPlan(id: string, clients: readonly Client[]): Plan | undefined {
  const client = clients.find((one) => one.id === id);
  if (client === undefined) return undefined;
  const { budget, requestsPerMinute, name } = client;
  if (budget !== undefined) {
    const more = { ...budget, limit: Math.ceil(budget.limit * 1.5) };
    return {
      will: words.budgetWill(name, budget.limit, more.limit, `${budget.unit} ${budget.period}`),
      button: words.budget,
      async run() {
        await api.editClient(id, { budget: more });
        return words.budgetDone(name, more.limit);
      },
      undo: () => api.editClient(id, { budget }),
    };
  }
  if (requestsPerMinute === undefined) return undefined;
  const more = Math.ceil(requestsPerMinute * 1.5);
  return {
    will: words.budgetWill(name, requestsPerMinute, more, text.limits["requests_per_minute"] ?? ""),
    button: words.budget,
    async run() {
      await api.editClient(id, { requestsPerMinute: more });
      return words.budgetDone(name, more);
    },
    undo: () => api.editClient(id, { requestsPerMinute }),
  };
}

/** Runs a change on each of some keys. */
async function each(keys: readonly string[], task: (id: string) => Promise<unknown>): Promise<void> {
  for (const id of keys) await task(id);
}

function planOf(remedy: Remedy, target: string, { clients }: Choices): Plan | undefined {
  switch (remedy.kind) {
    case "check":
      return {
        will: words.checkWill(remedy.keys.length),
        button: words.check,
        run: () => checkKeys(remedy.keys),
      };
    case "lift":
      return {
        will: words.liftWill(remedy.keys.length),
        button: words.lift,
        async run() {
          await each(remedy.keys, (id) => api.liftCooldown(id));
          return words.lifted(remedy.keys.length);
        },
      };
    case "off":
      return {
        will: words.offWill(remedy.keys.length),
        button: words.off,
        async run() {
          await each(remedy.keys, (id) => api.editKey(id, { enabled: false }));
          return words.offDone(remedy.keys.length);
        },
        undo: () => each(remedy.keys, (id) => api.editKey(id, { enabled: true })),
      };
    case "fallback":
      return target === "" ? undefined : fallbackPlan(remedy.model, target);
    case "alias":
      return target === "" ? undefined : {
        will: words.aliasWill(remedy.name),
        button: words.alias,
        async run() {
          await api.putAlias(remedy.name, { target });
          return words.aliasDone(remedy.name, target);
        },
        undo: () => api.removeAlias(remedy.name),
      };
    case "budget":
      return budgetPlan(remedy.client, clients);
  }
}

/** The model that a fallback or an alias would lead to. */
function Target({ models, value, onChange }: {
  models: readonly string[];
  value: string;
  onChange: (model: string) => void;
}) {
  return (
    <select
      class="field !min-h-0 !w-auto max-w-full !py-0.5"
      aria-label={words.target}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      {models.map((model) => <option key={model} value={model}>{model}</option>)}
    </select>
  );
}

interface Done {
  readonly message: string;
  readonly undo?: () => Promise<unknown>;
}

/** The plan of a remedy with what it is chosen from, and how its press and its undo go. */
function useRemedy(remedy: Remedy) {
  const choices = useSignal<Choices | undefined>(undefined);
  const chosen = useSignal("");
  const busy = useSignal(false);
  const done = useSignal<Done | undefined>(undefined);
  const problem = useSignal("");
  useEffect(() => {
    void choicesFor(remedy).then(
      (found) => choices.value = found,
      (error) => problem.value = messageOf(error),
    );
  }, []);
  const own = remedy.kind === "fallback" ? remedy.model : remedy.kind === "alias" ? remedy.name : "";
  const models = (choices.value?.models ?? []).filter((model) => model !== own);
  const target = chosen.value || (models[0] ?? "");
  const plan = choices.value && planOf(remedy, target, choices.value);
  const act = async (task: () => Promise<Done>) => {
    [busy.value, problem.value] = [true, ""];
    try {
      done.value = await task();
    } catch (error) {
      problem.value = messageOf(error);
    }
    busy.value = false;
  };
  const press = ({ run, undo }: Plan) =>
    act(async () => ({ message: await run(), ...(undo === undefined ? {} : { undo }) }));
  const takeBack = (undo: () => Promise<unknown>) =>
    act(async () => {
      await undo();
      return { message: words.undone };
    });
  return { plan, models, target, chosen, busy, done, problem, press, takeBack };
}

/** What one press does, said before; what came of it after, with the way back where something was changed. */
export function RemedyPress({ remedy }: { remedy: Remedy }) {
  const { plan, models, target, chosen, busy, done, problem, press, takeBack } = useRemedy(remedy);
  const { message, undo } = done.value ?? {};
  return (
    <div
      class="flex flex-wrap items-center gap-2 rounded-lg bg-sunken/60 px-3 py-2"
      data-remedy={remedy.kind}
    >
      {plan && (
        <>
          <span class="min-w-40 flex-1">{plan.will}</span>
          {models.length > 0 && (
            <Target
              models={models}
              value={target}
              onChange={(model) => chosen.value = model}
            />
          )}
          <button
            type="button"
            class="btn btn-small btn-primary"
            disabled={busy.value}
            onClick={() => void press(plan)}
          >
            {plan.button}
          </button>
        </>
      )}
      <p class="basis-full empty:hidden" role="status">
        {message && (
          <span class="inline-flex flex-wrap items-center gap-2">
            {message}
            {undo && (
              <button
                type="button"
                class="btn btn-small"
                disabled={busy.value}
                onClick={() => void takeBack(undo)}
              >
                {text.undo}
              </button>
            )}
          </span>
        )}
        {problem.value !== "" && <span class="text-bad">{problem.value}</span>}
      </p>
    </div>
  );
}
