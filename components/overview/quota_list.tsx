import { percent, shortNumber } from "../format.ts";
import { useNow } from "../live/now.ts";
import { text } from "../text/shell.ts";
import { overviewText } from "../text/overview.ts";
import { Card, Empty } from "../ui/card.tsx";
import { Countdown, Figure } from "../ui/figure.tsx";
import { leftTone, Meter } from "../ui/meter.tsx";
import { leftShare, type ModelQuota } from "../views/model_quota.ts";

const words = overviewText;

function Left({ row }: { row: ModelQuota }) {
  const age = row.asOf === undefined ? {} : { asOf: row.asOf };
  if (row.left === undefined) {
    return <Figure kind="measured" {...age}>{shortNumber(row.used)} {words.used}</Figure>;
  }
  const amount = row.kind === "remaining_fraction"
    ? percent(Math.min(1, row.left / (row.limit ?? 1)))
    : shortNumber(row.left);
  if (row.open > 0) {
    return (
      <Figure kind="unknown" {...age}>
        {row.left > 0 && <strong class="font-semibold">{words.atLeast(amount)}</strong>}
        {row.left > 0 ? ` ${words.left}` : words.stillServing(row.open, row.buckets)}
      </Figure>
    );
  }
  return (
    <span>
      <Figure kind={row.origin} {...age}>
        <strong class="font-semibold">{amount}</strong> {words.left}
      </Figure>
    </span>
  );
}

/** When it ends, and when it starts anew: the two times that answer "until when". */
function Times({ row }: { row: ModelQuota }) {
  const now = useNow();
  const parts = [];
  if (row.freeAt !== undefined && row.cooling === row.buckets) {
    parts.push(
      <span class="text-warn">
        {words.freeIn} <Countdown until={row.freeAt} />
      </span>,
    );
  }
  if (row.emptyAt !== undefined && row.emptyAt > now) {
    parts.push(
      <span class="text-warn">
        <Figure kind="forecast">
          {words.empties} <Countdown until={row.emptyAt} />
        </Figure>
      </span>,
    );
  }
  if (row.resetsAt !== undefined && row.resetsAt > now) {
    parts.push(
      <span>
        {words.resets} <Countdown until={row.resetsAt} />
      </span>,
    );
  }
  if (row.left === undefined) parts.push(<span>{words.unknownLimit}</span>);
  else if (row.open > 0 && row.left === 0) parts.push(<span>{words.usedUp(row.buckets - row.unknown)}</span>);
  else if (row.unknown > 0) parts.push(<span>{words.unknownMore(row.unknown)}</span>);
  return <p class="flex flex-wrap gap-x-3 text-xs text-mute">{parts}</p>;
}

function Row({ row }: { row: ModelQuota }) {
  const share = leftShare(row);
  return (
    <li class="grid gap-1.5 py-3 first:pt-1 last:pb-0">
      <div class="flex flex-wrap items-baseline justify-between gap-x-3 gap-y-1">
        <span class="min-w-0 truncate font-medium">{row.model}</span>
        {row.cooling > 0 && <span class="chip chip-warn">{words.cooling(row.cooling, row.buckets)}</span>}
        <span class="num ms-auto shrink-0 text-end">
          <Left row={row} />
          {row.open === 0 && row.limit !== undefined && row.kind !== "remaining_fraction" && (
            <span class="ms-1 text-mute">/ {shortNumber(row.limit)}</span>
          )}
        </span>
      </div>
      {share <= 1 && (
        <Meter share={share} tone={leftTone(share)} label={`${row.model}: ${percent(share)} ${words.left}`} />
      )}
      <div class="flex flex-wrap items-baseline justify-between gap-x-3">
        <Times row={row} />
        <span class="text-xs text-mute">{text.limits[row.kind]}</span>
      </div>
    </li>
  );
}

/** What is left of each model, the nearest to its end first. */
export function QuotaList(
  { rows, most = 6, here = false }: { rows: readonly ModelQuota[]; most?: number; here?: boolean },
) {
  return (
    <Card
      title={words.quota}
      action={here
        ? undefined
        : <a class="btn btn-quiet btn-small" href="/dashboard/quotas">{words.allQuotas}</a>}
    >
      {rows.length === 0
        ? <Empty icon="quotas" title={words.quotaEmpty}>{words.quotaEmptyDetail}</Empty>
        : (
          <ul class="divide-y divide-line">
            {rows.slice(0, most).map((row) => <Row key={row.model} row={row} />)}
          </ul>
        )}
      {rows.length > most && <p class="pt-3 text-xs text-mute">{words.more(rows.length - most)}</p>}
    </Card>
  );
}
