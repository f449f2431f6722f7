import { useSignal } from "@preact/signals";
import type { ClientRow } from "../data/views.ts";
import { dateTime } from "../format.ts";
import { attempt } from "../live/attempt.ts";
import { api, messageOf } from "../live/browser_api.ts";
import { say } from "../live/toasts.ts";
import { text } from "../text/shell.ts";
import { settingsText } from "../text/settings.ts";
import { Card } from "../ui/card.tsx";
import { ShownOnce } from "./shown_once.tsx";

const words = settingsText;
const DAY_MS = 86_400_000;

function Row({ client, onRevoke }: { client: ClientRow; onRevoke: () => void }) {
  const facts = [
    client.requestsPerMinute === undefined ? "" : words.perMinute(client.requestsPerMinute),
    client.budget,
    client.expiresAt === undefined ? "" : `${words.expires} ${dateTime(client.expiresAt)}`,
    client.createdAt === undefined ? "" : `${words.created} ${dateTime(client.createdAt)}`,
  ].filter(Boolean);
  const isActive = client.status === "active";
  return (
    <li class="flex flex-wrap items-center gap-x-3 gap-y-1 py-2.5 first:pt-0">
      <div class="min-w-0 flex-1">
        <p class={`truncate font-medium ${isActive ? "" : "text-mute line-through"}`}>{client.name}</p>
        <p class="num text-xs break-words text-mute">…{client.tail} · {facts.join(" · ")}</p>
      </div>
      {isActive
        ? <button type="button" class="btn btn-small btn-danger" onClick={onRevoke}>{words.revoke}</button>
        : <span class="chip">{client.status}</span>}
    </li>
  );
}

type Budget = NonNullable<NonNullable<Parameters<typeof api.addClient>[0]>["budget"]>;

function draftOf(form: FormData) {
  const days = Number(form.get("days"));
  const perMinute = Number(form.get("perMinute"));
  const limit = Number(form.get("limit"));
  const models = String(form.get("models") ?? "").split(/[\s,]+/).filter(Boolean);
  // The form offers these alone.
  const [unit, period] = [form.get("unit") as Budget["unit"], form.get("period") as Budget["period"]];
  const budget = { unit, limit, period };
  return {
    name: String(form.get("name")).trim(),
    ...(perMinute > 0 ? { requestsPerMinute: perMinute } : {}),
    ...(limit > 0 ? { budget } : {}),
    ...(models.length > 0 ? { allowModels: models } : {}),
    ...(days > 0 ? { expiresAt: Date.now() + days * DAY_MS } : {}),
  };
}

function Options({ name, label, names }: {
  name: string;
  label: string;
  names: Readonly<Record<string, string>>;
}) {
  return (
    <label>
      <span class="label">{label}</span>
      <select class="field" name={name}>
        {Object.entries(names).map(([value, shown]) => <option key={value} value={value}>{shown}</option>)}
      </select>
    </label>
  );
}

/** A budget and the models that a client may use; seldom wanted, so folded away. */
function MoreLimits() {
  return (
    <details class="sm:col-span-4">
      <summary class="text-xs text-mute">{words.moreLimits}</summary>
      <div class="mt-3 grid gap-3 sm:grid-cols-3">
        <label>
          <span class="label">{words.budget}</span>
          <input class="field num" name="limit" inputMode="decimal" placeholder={words.tokenRpmHint} />
        </label>
        <Options name="unit" label={words.budgetUnit} names={words.budgetUnits} />
        <Options name="period" label={words.budgetPeriod} names={words.budgetPeriods} />
        <label class="sm:col-span-3">
          <span class="label">{words.tokenModels}</span>
          <input class="field" name="models" placeholder={words.tokenModelsHint} />
        </label>
      </div>
    </details>
  );
}

/** Tokens for agents and people besides the owner's: made, shown once, revoked. */
export function ClientTokens(
  { clients, refresh }: { clients: readonly ClientRow[]; refresh: () => Promise<void> },
) {
  const token = useSignal("");
  const add = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    try {
      token.value = (await api.addClient(draftOf(new FormData(form)))).token;
      form.reset();
    } catch (error) {
      say(messageOf(error), { tone: "bad" });
    }
    await refresh();
  };
  const revoke = async (client: ClientRow) => {
    try {
      await api.revokeClient(client.id);
      const undo = () =>
        void attempt(() => api.restoreClient(client.id), words.restored(client.name)).then(refresh);
      say(words.revoked(client.name), { ms: 15_000, action: { label: text.undo, run: undo } });
    } catch (error) {
      say(messageOf(error), { tone: "bad" });
    }
    await refresh();
  };
  return (
    <Card id="tokens" title={words.tokens} note={words.tokensNote}>
      {token.value !== "" && (
        <div class="mb-4">
          <ShownOnce token={token.value} says={words.tokenMade} />
        </div>
      )}
      {clients.length === 0 ? <p class="text-mute">{words.tokensEmpty}</p> : (
        <ul class="divide-y divide-line">
          {clients.map((client) => (
            <Row
              key={client.id}
              client={client}
              onRevoke={() => void revoke(client)}
            />
          ))}
        </ul>
      )}
      <form
        class="mt-4 grid gap-3 border-t border-line pt-4 sm:grid-cols-[2fr_1fr_1fr_auto] sm:items-end"
        onSubmit={add}
      >
        <label>
          <span class="label">{words.tokenName}</span>
          <input class="field" name="name" required maxLength={100} />
        </label>
        <label>
          <span class="label">{words.tokenRpm}</span>
          <input class="field num" name="perMinute" inputMode="numeric" placeholder={words.tokenRpmHint} />
        </label>
        <label>
          <span class="label">{words.tokenDays}</span>
          <input class="field num" name="days" inputMode="numeric" placeholder={words.tokenDaysHint} />
        </label>
        <button type="submit" class="btn max-sm:order-last">{text.add}</button>
        <MoreLimits />
      </form>
    </Card>
  );
}
