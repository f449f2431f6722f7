import type { BucketLimitView, BucketRow } from "../data/views.ts";
import { percent, shortNumber } from "../format.ts";
import { useNow } from "../live/now.ts";
import { text } from "../text/shell.ts";
import { overviewText } from "../text/overview.ts";
import { quotasText } from "../text/quotas.ts";
import { Card, Empty } from "../ui/card.tsx";
import { Countdown, Figure } from "../ui/figure.tsx";
import { leftTone, Meter } from "../ui/meter.tsx";

const words = quotasText;
const MOST = 200;

function shareLeft(limit: BucketLimitView): number | undefined {
  const left = limit.left ?? (limit.limit === undefined ? undefined : Math.max(0, limit.limit - limit.used));
  if (left === undefined) return undefined;
  if (limit.kind === "remaining_fraction") return Math.min(1, left / (limit.limit ?? 1));
  return limit.limit ? left / limit.limit : undefined;
}

function amount(limit: BucketLimitView, share: number | undefined): string {
  if (share === undefined) return `${shortNumber(limit.used)} ${overviewText.used}`;
  if (limit.kind === "remaining_fraction") return percent(share);
  return `${shortNumber(limit.left ?? (limit.limit ?? 0) - limit.used)} / ${shortNumber(limit.limit ?? 0)}`;
}

function LimitCells({ limit }: { limit: BucketLimitView | undefined }) {
  if (limit === undefined) {
    return (
      <>
        <td class="text-mute">–</td>
        <td />
        <td />
      </>
    );
  }
  const share = shareLeft(limit);
  const age = limit.asOf === undefined ? {} : { asOf: limit.asOf };
  return (
    <>
      <td class="text-mute whitespace-nowrap">{text.limits[limit.kind]}</td>
      <td class="min-w-36">
        <div class="grid gap-1">
          <Figure kind={limit.origin} {...age}>{amount(limit, share)}</Figure>
          {share !== undefined && (
            <Meter
              share={share}
              tone={leftTone(share)}
              label={`${text.limits[limit.kind]}: ${percent(share)}`}
            />
          )}
        </div>
      </td>
      <td class="end whitespace-nowrap">
        {limit.resetsAt === undefined ? "–" : <Countdown until={limit.resetsAt} />}
      </td>
    </>
  );
}

function BucketRows({ bucket }: { bucket: BucketRow }) {
  const now = useNow();
  const limits = bucket.limits.length === 0 ? [undefined] : bucket.limits;
  const cooling = (bucket.coolingUntil ?? 0) > now;
  const kind = bucket.projectKind === "told" || bucket.projectKind === "measured"
    ? bucket.projectKind
    : "key";
  return (
    <>
      {limits.map((limit, index) => (
        <tr key={limit?.kind ?? "none"}>
          {index === 0 && (
            <>
              <td rowSpan={limits.length} class="max-w-56 align-top">
                <p class="truncate font-medium">{bucket.model}</p>
                <p class="truncate text-xs text-mute" title={words[kind]}>{bucket.project}</p>
              </td>
              <td rowSpan={limits.length} class="align-top">
                {cooling
                  ? (
                    <span class="chip chip-warn" title={bucket.coolingReason}>
                      {words.until} <Countdown until={bucket.coolingUntil ?? now} />
                    </span>
                  )
                  : <span class="chip chip-good">{words.serving}</span>}
              </td>
            </>
          )}
          <LimitCells limit={limit} />
        </tr>
      ))}
    </>
  );
}

/** Every project x model with each of its limits, how it is known, and when it starts anew. */
export function BucketTable({ buckets }: { buckets: readonly BucketRow[] }) {
  return (
    <Card title={words.google} note={words.googleNote} flush>
      {buckets.length === 0
        ? <Empty icon="quotas" title={words.empty}>{words.emptyDetail}</Empty>
        : (
          <div class="overflow-x-auto" tabIndex={0} role="region" aria-label={words.google}>
            <table class="grid-table">
              <thead>
                <tr>
                  <th scope="col">{words.model}, {words.project}</th>
                  <th scope="col">{words.state}</th>
                  <th scope="col">{words.kind}</th>
                  <th scope="col">{words.left}</th>
                  <th scope="col" class="end">{words.resets}</th>
                </tr>
              </thead>
              <tbody>
                {buckets.slice(0, MOST).map((bucket) => <BucketRows key={bucket.id} bucket={bucket} />)}
              </tbody>
            </table>
          </div>
        )}
      {buckets.length > MOST && (
        <p class="px-5 py-3 text-xs text-mute">{overviewText.more(buckets.length - MOST)}</p>
      )}
    </Card>
  );
}
