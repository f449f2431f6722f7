import type { ClientRow } from "./read_clients.ts";
import type { api } from "../shared/live/browser_api.ts";
import { text } from "../shared/words.ts";
import { settingsText } from "./words.ts";

const words = settingsText;
const DAY_MS = 86_400_000;

type Added = NonNullable<Parameters<typeof api.addClient>[0]>;
type Budget = NonNullable<Added["budget"]>;

/** The form's values, with null for no limit. */
export interface ClientDraft {
  readonly name: string;
  readonly requestsPerMinute: number | null;
  readonly budget: Budget | null;
  readonly allowModels: readonly string[] | null;
  /** Epoch milliseconds; absent to leave it as it is. */
  readonly expiresAt?: number | null;
}

/** A draft as a new client takes it: without what there is none of. */
export function newClient(draft: ClientDraft): Added {
  const set = Object.entries(draft).filter(([, value]) => value !== null);
  // What is left has the types of the fields.
  return Object.fromEntries(set) as unknown as Added;
}

function draftOf(form: FormData, client: ClientRow | undefined): ClientDraft {
  const number = (name: string) => Number(String(form.get(name) ?? "").replaceAll(",", ""));
  const days = String(form.get("days") ?? "").trim();
  const models = String(form.get("models") ?? "").split(/[\s,]+/).filter(Boolean);
  const limit = number("limit");
  // The form offers these alone.
  const [unit, period] = [form.get("unit") as Budget["unit"], form.get("period") as Budget["period"]];
  const ends = Number(days) > 0 ? Date.now() + Number(days) * DAY_MS : null;
  const keepsEnd = client?.expiresAt !== undefined && days === "";
  return {
    name: String(form.get("name")).trim(),
    requestsPerMinute: number("perMinute") > 0 ? number("perMinute") : null,
    budget: limit > 0 ? { unit, limit, period } : null,
    allowModels: models.length > 0 ? models : null,
    ...(keepsEnd ? {} : { expiresAt: ends }),
  };
}

function Choice({ name, label, value, names }: {
  name: string;
  label: string;
  value: string | undefined;
  names: Readonly<Record<string, string>>;
}) {
  return (
    <label>
      <span class="label">{label}</span>
      <select class="field" name={name}>
        {Object.entries(names).map(([one, shown]) => (
          <option key={one} value={one} selected={one === value}>{shown}</option>
        ))}
      </select>
    </label>
  );
}

/** A client's name and limits: a new one's, or those of `client`. */
export function ClientForm(
  { client, onSubmit }: { client?: ClientRow; onSubmit: (draft: ClientDraft) => Promise<boolean> },
) {
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    if (await onSubmit(draftOf(new FormData(form), client)) && client === undefined) form.reset();
  };
  const { name, requestsPerMinute, budget, allowModels = [], expiresAt } = client ?? {};
  return (
    <form class="grid gap-3 sm:grid-cols-3" onSubmit={submit}>
      <label class="sm:col-span-3">
        <span class="label">{words.tokenName}</span>
        <input class="field" name="name" required maxLength={100} defaultValue={name ?? ""} />
      </label>
      <label class="max-sm:col-span-full">
        <span class="label">{words.tokenRpm}</span>
        <input
          class="field num"
          name="perMinute"
          inputMode="numeric"
          placeholder={words.tokenRpmHint}
          defaultValue={String(requestsPerMinute ?? "")}
        />
      </label>
      <label class="sm:col-span-2">
        <span class="label">{words.tokenDays}</span>
        <input
          class="field num"
          name="days"
          inputMode="numeric"
          placeholder={expiresAt === undefined ? words.tokenDaysHint : words.tokenDaysKept}
        />
      </label>
      <label>
        <span class="label">{words.budget}</span>
        <input
          class="field num"
          name="limit"
          inputMode="decimal"
          placeholder={words.tokenRpmHint}
          defaultValue={String(budget?.limit ?? "")}
        />
      </label>
      <Choice name="unit" label={words.budgetUnit} value={budget?.unit} names={words.budgetUnits} />
      <Choice name="period" label={words.budgetPeriod} value={budget?.period} names={words.budgetPeriods} />
      <label class="sm:col-span-3">
        <span class="label">{words.tokenModels}</span>
        <input
          class="field"
          name="models"
          placeholder={words.tokenModelsHint}
          defaultValue={allowModels.join(", ")}
        />
      </label>
      <div class="flex justify-end sm:col-span-3">
        <button type="submit" class="btn btn-primary">
          {client === undefined ? words.makeToken : text.save}
        </button>
      </div>
    </form>
  );
}
