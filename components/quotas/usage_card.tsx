import type { UsageRow, UsageView } from "./read_quotas.ts";
import { useSignal } from "@preact/signals";
import { money, percent, shortNumber } from "../shared/format.ts";
import { moneySum, unpricedNote } from "../shared/money_sum.ts";
import { quotasText } from "./words.ts";
import { Card, Empty } from "../shared/ui/card.tsx";
import { Figure } from "../shared/ui/figure.tsx";
import { leftTone, Meter } from "../shared/ui/meter.tsx";

const words = quotasText;

function amount(value: number, unit: string): string {
  return unit === "usd" ? money(value) : shortNumber(value);
}

/** Of a budget: what is used of it. Without one: the share of all use. */
function Bar({ row, total }: { row: UsageRow; total: number }) {
  if (row.budget === undefined) {
    const share = total === 0 ? 0 : row.requests / total;
    return <Meter share={share} tone="accent" label={words.shareOf(row.name, percent(share))} />;
  }
  const share = row.budget.limit === 0 ? 1 : (row.spent ?? 0) / row.budget.limit;
  return (
    <Meter
      share={share}
      threshold={0.8}
      tone={leftTone(1 - share)}
      label={words.budgetOf(row.name, percent(share))}
    />
  );
}

function Budget({ row }: { row: UsageRow }) {
  if (row.budget === undefined) return null;
  const { unit, limit, period } = row.budget;
  return (
    <p class="num text-xs text-mute">
      {words.budget(amount(row.spent ?? 0, unit), amount(limit, unit), unit, period)}
    </p>
  );
}

function Row({ row, total }: { row: UsageRow; total: number }) {
  return (
    <li class="grid gap-1.5 py-3 first:pt-1 last:pb-0">
      <div class="flex flex-wrap items-baseline gap-x-3">
        <span class="min-w-0 truncate font-medium">{row.name}</span>
        <span class="num ms-auto text-mute">
          <Figure kind="measured">
            <strong class="font-semibold text-ink">{shortNumber(row.requests)}</strong> {words.units.requests}
          </Figure>
          {row.errors > 0 && <span class="ms-2 text-bad">{words.failures(row.errors)}</span>}
          <span class="ms-3">{shortNumber(row.tokens)} {words.units.tokens}</span>
          <span class="ms-3" title={row.unpriced > 0 ? unpricedNote(row.unpriced) : words.costNote}>
            {moneySum(row.cost, row.unpriced)}
          </span>
        </span>
      </div>
      <Bar row={row} total={total} />
      <Budget row={row} />
    </li>
  );
}

/** What each client and each project used in thirty days, and what is left of a client's budget. */
export function UsageCard({ usage }: { usage: UsageView }) {
  const by = useSignal<keyof UsageView>("clients");
  const { rows, requests, more } = usage[by.value];
  return (
    <Card
      title={words.usage}
      note={words.usageNote}
      action={
        <div class="flex gap-1" role="group" aria-label={words.usage}>
          {(["clients", "projects"] as const).map((one) => (
            <button
              key={one}
              type="button"
              class={`btn btn-small ${by.value === one ? "btn-primary" : ""}`}
              aria-pressed={by.value === one}
              onClick={() => by.value = one}
            >
              {words.usageBy[one]}
            </button>
          ))}
        </div>
      }
    >
      {rows.length === 0
        ? <Empty icon="quotas" title={words.usageEmpty}>{words.usageEmptyDetail}</Empty>
        : (
          <ul class="divide-y divide-line">
            {rows.map((row) => <Row key={row.name} row={row} total={requests} />)}
            {more > 0 && <li class="pt-3 text-xs text-mute">{words.moreUsers(more)}</li>}
          </ul>
        )}
    </Card>
  );
}
