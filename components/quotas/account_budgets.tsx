import type { Accounts as AccountsView } from "../../src/management/contract.ts";
import { ago, percent } from "../shared/format.ts";
import { attempt } from "../shared/live/attempt.ts";
import { api } from "../shared/live/browser_api.ts";
import { useNow } from "../shared/live/now.ts";
import { Card } from "../shared/ui/card.tsx";
import { Countdown } from "../shared/ui/figure.tsx";
import { leftTone, Meter } from "../shared/ui/meter.tsx";
import { MarkIcon } from "./mark.tsx";
import { quotasText } from "./words.ts";

const words = quotasText;
const BUDGETS = ["gemini", "third_party"] as const;
const WINDOWS = ["5h", "weekly"] as const;
/** A budget that is nearly used up is left out before it fails. */
const LOW = 0.05;

type Account = AccountsView["accounts"][number];
type Budget = NonNullable<Account["quota"]>["buckets"][number];

function Window({ account, budget, name }: { account: Account; budget: Budget | undefined; name: string }) {
  const left = budget?.remaining;
  const resetsAt = budget?.resetsAt === undefined ? undefined : Date.parse(budget.resetsAt);
  if (left === undefined) return <span class="text-mute">{words.unknownShare}</span>;
  return (
    <span class="grid gap-1">
      <span class="num flex flex-wrap items-center gap-x-1.5">
        <MarkIcon mark={left < LOW ? "day" : left < 0.3 ? "low" : "free"} />
        {words.shareLeft(percent(left))}
        {resetsAt !== undefined && left < 1 && (
          <span class="text-xs whitespace-nowrap text-mute">
            {words.resets} <Countdown until={resetsAt} />
          </span>
        )}
      </span>
      <Meter
        share={left}
        tone={leftTone(left)}
        label={`${account.email}, ${name}: ${words.shareLeft(percent(left))}`}
      />
    </span>
  );
}

function Row({ account }: { account: Account }) {
  const now = useNow();
  const { quota } = account;
  const find = (group: string, window: string) =>
    quota?.buckets.find((one) => one.group === group && one.window === window);
  return (
    <li class="grid gap-x-6 gap-y-2 px-4 py-3 sm:px-5 lg:grid-cols-[minmax(0,12rem)_repeat(4,minmax(0,1fr))]">
      <div class="min-w-0">
        <p class="truncate font-medium" title={account.email}>{account.label || account.email}</p>
        <p class="text-xs text-mute">
          {quota === undefined || Date.parse(quota.at) === 0
            ? words.never
            : `${words.asOf} ${ago(Date.parse(quota.at), now)}`}
        </p>
        {quota?.problem !== undefined && <p class="text-xs text-warn">{quota.problem}</p>}
        {account.state !== "ready" && account.reason !== undefined && (
          <p class="text-xs text-bad">{account.reason}</p>
        )}
      </div>
      {BUDGETS.flatMap((group) =>
        WINDOWS.map((window) => {
          const name = `${words.budgets[group]}, ${words.windows[window]}`;
          return (
            <div key={name} class="grid content-start gap-1">
              <p class="text-xs text-mute">{name}</p>
              <Window account={account} budget={find(group, window)} name={name} />
            </div>
          );
        })
      )}
    </li>
  );
}

/** What is left of each Antigravity account: two budgets, each with a window of five hours and one of a week. */
export function AccountBudgets({ accounts, refresh }: {
  accounts: AccountsView["accounts"];
  refresh: () => Promise<void>;
}) {
  const shown = accounts.filter(({ source }) => source === "antigravity");
  if (shown.length === 0) return null;
  const ask = async () => {
    await attempt(() => api.refreshQuotas({}), words.quotasRefreshed);
    await refresh();
  };
  return (
    <Card
      title={words.accounts}
      note={words.accountsNote}
      action={
        <button type="button" class="btn btn-small" onClick={() => void ask()}>{words.refreshQuotas}</button>
      }
      flush
    >
      <ul class="divide-y divide-line">
        {shown.map((account) => <Row key={account.id} account={account} />)}
      </ul>
    </Card>
  );
}
