import type { Accounts as AccountsView } from "../../src/management/contract.ts";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { percent } from "../shared/format.ts";
import { api, messageOf } from "../shared/live/browser_api.ts";
import { connection } from "../shared/live/live_events.ts";
import { useResource } from "../shared/live/resource.ts";
import { text } from "../shared/words.ts";
import { keysText } from "./words.ts";
import { Card, Problem } from "../shared/ui/card.tsx";
import { Countdown } from "../shared/ui/figure.tsx";
import { Icon } from "../shared/ui/icon.tsx";
import { leftTone, Meter } from "../shared/ui/meter.tsx";

const words = keysText;
type Account = AccountsView["accounts"][number];
type Pool = AccountsView["pooled"][number];
type Budget = NonNullable<Account["quota"]>["buckets"][number];

const TONES: Readonly<Record<Account["state"], string>> = {
  ready: "chip-good",
  needs_set_up: "chip-warn",
  needs_sign_in: "chip-warn",
  needs_verification: "chip-warn",
  refused: "chip-bad",
  off: "",
};

/** The reason why an account does not serve, in Google's words, and the remedy. */
function Trouble({ account }: { account: Account }) {
  const { email, state, reason, remedy, link, until } = account;
  if (state === "ready") return null;
  return (
    <div class="mt-1 flex flex-wrap items-start gap-4 text-sm">
      <div class="min-w-56 flex-1">
        {reason && <p>{reason}</p>}
        {remedy && <p class="text-mute">{remedy}</p>}
        {until && (
          <p class="text-mute">
            {words.accountAgain} <Countdown until={Date.parse(until)} />
          </p>
        )}
        {link && (
          <a class="break-all underline" href={link} target="_blank" rel="noopener noreferrer">{link}</a>
        )}
      </div>
      {link && state === "needs_verification" && <QrCode link={link} label={words.accountCode(email)} />}
    </div>
  );
}

function Left({ name, share, note, resetsAt }: {
  name: string;
  share: number | undefined;
  note: string;
  resetsAt: string | undefined;
}) {
  return (
    <li class="min-w-44 flex-1 basis-44">
      <p class="flex justify-between gap-2 text-xs text-mute">
        <span class="truncate">{name}</span>
        <span class="num shrink-0">{note}</span>
      </p>
      {share !== undefined && <Meter share={share} label={`${name}: ${note}`} tone={leftTone(share)} />}
      {resetsAt && (
        <p class="text-xs text-mute">
          {words.accountResets} <Countdown until={Date.parse(resetsAt)} />
        </p>
      )}
    </li>
  );
}

function Budgets({ buckets }: { buckets: readonly Budget[] }) {
  if (buckets.length === 0) return null;
  return (
    <ul class="mt-2 flex flex-wrap gap-x-6 gap-y-2">
      {buckets.map(({ label, window, remaining, resetsAt }) => (
        <Left
          key={`${label} ${window}`}
          name={label}
          share={remaining}
          note={remaining === undefined ? words.accountNotSaid : percent(remaining)}
          resetsAt={remaining === 1 ? undefined : resetsAt}
        />
      ))}
    </ul>
  );
}

function Pools({ pooled }: { pooled: readonly Pool[] }) {
  const shared = pooled.filter(({ accounts }) => accounts > 1);
  if (shared.length === 0) return null;
  return (
    <section class="border-b border-line pb-4" aria-label={words.accountTogether}>
      <h3 class="text-xs font-medium text-mute">{words.accountTogether}</h3>
      <ul class="mt-2 flex flex-wrap gap-x-6 gap-y-2">
        {shared.map(({ source, label, window, accounts, unknown, left, resetsAt }) => {
          const known = accounts - unknown;
          return (
            <Left
              key={`${source} ${label} ${window}`}
              name={label}
              share={known === 0 ? undefined : left / known}
              note={words.accountLeft(left, accounts, unknown)}
              resetsAt={resetsAt}
            />
          );
        })}
      </ul>
    </section>
  );
}

/**
 * The signed-in accounts: their states with reasons, and what is left of each and of all. Shows nothing without an
 * account.
 */
export function AccountCard() {
  const { value: view, problem, refresh } = useResource<AccountsView | undefined>(
    undefined,
    () => api.accounts(),
    ["stats_update", "pool_update"],
    5_000,
  );
  const asking = useSignal(false);
  useEffect(() => void refresh(), []);
  const ask = async () => {
    asking.value = true;
    try {
      await api.refreshQuotas({});
      await refresh();
    } catch (error) {
      problem.value = messageOf(error);
    }
    asking.value = false;
  };
  const accounts = view.value?.accounts ?? [];
  // Without an account nothing here can be out of date; the pill shows that the server is unreachable.
  if (accounts.length === 0 && (problem.value === "" || connection.value === "lost")) return null;
  const warnings = (view.value?.sources ?? []).flatMap(({ warning }) => warning ?? []);
  return (
    <Card
      title={words.accounts}
      class="mb-4"
      action={
        <button type="button" class="btn btn-small" disabled={asking.value} onClick={ask}>
          <Icon name="refresh" />
          {asking.value ? words.accountAsking : words.accountAsk}
        </button>
      }
    >
      <div class="grid gap-4">
        {problem.value && <Problem>{text.loadFailed(problem.value)}</Problem>}
        {warnings.map((warning) => <Problem key={warning}>{warning}</Problem>)}
        <Pools pooled={view.value?.pooled ?? []} />
        <ul class="divide-y divide-line">
          {accounts.map((account) => (
            <li key={account.id} class="py-3 first:pt-0 last:pb-0">
              <p class="flex flex-wrap items-center gap-2">
                <span class="font-medium">{account.email}</span>
                <span class="chip">{words.sources[account.source] ?? account.source}</span>
                <span class={`chip ${TONES[account.state]}`}>{words.accountStates[account.state]}</span>
              </p>
              <Trouble account={account} />
              <Budgets buckets={account.quota?.buckets ?? []} />
              {account.quota?.problem && (
                <p class="mt-1 text-xs text-warn">{words.accountOld(account.quota.problem)}</p>
              )}
            </li>
          ))}
        </ul>
        <p class="text-xs text-mute">{words.accountCannot}</p>
      </div>
    </Card>
  );
}

interface Drawing {
  readonly size: number;
  readonly path: string;
}

/** The dark squares of a code as one path, a square a unit. */
async function draw(link: string): Promise<Drawing> {
  const { encode } = await import("uqr");
  const { data, size } = encode(link, { border: 2 });
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => dark ? `M${x} ${y}h1v1h-1z` : [])).join("");
  return { size, path };
}

/** A link as a picture for a phone's camera, black on white in every theme; the encoder is loaded with the first one. */
function QrCode({ link, label }: { link: string; label: string }) {
  const drawing = useSignal<Drawing | undefined>(undefined);
  useEffect(() => {
    void draw(link).then((drawn) => drawing.value = drawn, () => {});
  }, [link]);
  const drawn = drawing.value;
  if (drawn === undefined) return null;
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${drawn.size} ${drawn.size}`}
      shape-rendering="crispEdges"
      class="size-40 rounded"
    >
      <rect width="100%" height="100%" fill="#fff" />
      <path d={drawn.path} fill="#000" />
    </svg>
  );
}
