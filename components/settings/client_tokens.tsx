import type { ClientRow } from "./read_clients.ts";
import { useSignal } from "@preact/signals";
import { dateTime, money, plural, shortNumber } from "../shared/format.ts";
import { attempt } from "../shared/live/attempt.ts";
import { api, messageOf } from "../shared/live/browser_api.ts";
import { showToast } from "../shared/live/toasts.ts";
import { text } from "../shared/words.ts";
import { Card } from "../shared/ui/card.tsx";
import { Dialog } from "../shared/ui/dialog.tsx";
import { type ClientDraft, ClientForm, newClient } from "./client_form.tsx";
import { ShownOnce } from "./shown_once.tsx";
import { settingsText } from "./words.ts";

const words = settingsText;

/** Its permissions, in a few words. */
function limitsOf({ requestsPerMinute, budget, allowModels, expiresAt, createdAt }: ClientRow): string {
  return [
    requestsPerMinute === undefined ? "" : words.perMinute(requestsPerMinute),
    budget === undefined ? "" : words.budgetOf(shortNumber(budget.limit), budget.unit, budget.period),
    allowModels.length === 0 ? "" : allowModels.join(", "),
    expiresAt === undefined ? "" : `${words.expires} ${dateTime(expiresAt)}`,
    `${words.created} ${dateTime(createdAt)}`,
  ].filter(Boolean).join(" · ");
}

function usedBy({ requests, tokens, cost }: ClientRow): string {
  if (requests === 0) return words.neverUsed;
  return words.used(plural(requests, "request", "requests"), plural(tokens, "token", "tokens"), money(cost));
}

function Row({ client, onEdit, onRevoke }: { client: ClientRow; onEdit: () => void; onRevoke: () => void }) {
  const isActive = client.status === "active";
  return (
    <li class="flex flex-wrap items-center gap-x-3 gap-y-1 py-2.5 first:pt-0" data-client={client.id}>
      <div class="min-w-0 flex-1 basis-60">
        <p class={`truncate font-medium ${isActive ? "" : "text-mute line-through"}`}>{client.name}</p>
        <p class="num text-xs break-words text-mute">…{client.tail} · {limitsOf(client)}</p>
        <p class="num text-xs text-mute">{usedBy(client)}</p>
      </div>
      {client.status === "revoked"
        ? <span class="chip">{words.statuses[client.status]}</span>
        : (
          <span class="flex shrink-0 items-center gap-2">
            {!isActive && <span class="chip">{words.statuses[client.status]}</span>}
            <button
              type="button"
              class="btn btn-small"
              aria-label={words.editClient(client.name)}
              onClick={onEdit}
            >
              {text.edit}
            </button>
            <button
              type="button"
              class="btn btn-small btn-danger"
              aria-label={words.revokeClient(client.name)}
              onClick={onRevoke}
            >
              {words.revoke}
            </button>
          </span>
        )}
    </li>
  );
}

/** Tokens for agents and people besides the owner's: made, shown once, edited, revoked. */
export function ClientTokens(
  { clients, refresh }: { clients: readonly ClientRow[]; refresh: () => Promise<void> },
) {
  const token = useSignal("");
  const edited = useSignal<ClientRow | undefined>(undefined);
  const add = async (draft: ClientDraft) => {
    const made = await attempt(
      async () => token.value = (await api.addClient(newClient(draft))).token,
      words.clientMade(draft.name),
    );
    await refresh();
    return made;
  };
  const edit = async (draft: ClientDraft) => {
    const client = edited.peek();
    if (client === undefined) return false;
    const { id, updatedAt } = client;
    const saved = await attempt(
      () => api.editClient(id, { ...draft, updatedAt }),
      words.clientSaved(draft.name),
    );
    if (saved) edited.value = undefined;
    await refresh();
    return saved;
  };
  const revoke = async (client: ClientRow) => {
    try {
      await api.revokeClient(client.id);
      const undo = () =>
        void attempt(() => api.restoreClient(client.id), words.restored(client.name)).then(refresh);
      showToast(words.revoked(client.name), { ms: 15_000, action: { label: text.undo, run: undo } });
    } catch (error) {
      showToast(messageOf(error), { tone: "bad" });
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
              onEdit={() => edited.value = client}
              onRevoke={() => void revoke(client)}
            />
          ))}
        </ul>
      )}
      <details class="mt-4 border-t border-line pt-3" open={clients.length === 0}>
        <summary class="font-medium">{words.newToken}</summary>
        <div class="mt-3">
          <ClientForm onSubmit={add} />
        </div>
      </details>
      {edited.value && (
        <Dialog
          title={words.editClient(edited.value.name)}
          open
          onClose={() => edited.value = undefined}
        >
          <ClientForm key={edited.value.id} client={edited.value} onSubmit={edit} />
        </Dialog>
      )}
    </Card>
  );
}
