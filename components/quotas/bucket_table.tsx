import type { ComponentChildren } from "preact";
import type { BucketLimitView, BucketRow } from "../data/views.ts";
import { percent, shortNumber } from "../format.ts";
import { useNow } from "../live/now.ts";
import { text } from "../text/shell.ts";
import { overviewText } from "../text/overview.ts";
import { quotasText } from "../text/quotas.ts";
import { Card, Empty } from "../ui/card.tsx";
import { Countdown, Figure } from "../ui/figure.tsx";
import { limitLeft, limitShare } from "../views/limit_left.ts";
import { leftTone, Meter } from "../ui/meter.tsx";

const words = quotasText;
const MOST = 200;

function amount(limit: BucketLimitView, left: number | undefined, share: number | undefined): string {
  if (left === undefined) return `${shortNumber(limit.used)} ${overviewText.used}`;
  if (share !== undefined && limit.kind === "remaining_fraction") return percent(share);
  const of = limit.limit === undefined ? "" : ` ${words.of(shortNumber(limit.limit))}`;
  return `${shortNumber(left)} ${overviewText.left}${of}`;
}

function LimitCells({ limit }: { limit: BucketLimitView | undefined }) {
  if (limit === undefined) {
    return (
      <>
        <td colSpan={3} class="text-mute">{words.unused}</td>
      </>
    );
  }
  const share = limitShare(limit);
  const age = limit.asOf === undefined ? {} : { asOf: limit.asOf };
  return (
    <>
      <td class="!ps-3 hidden whitespace-nowrap text-mute sm:table-cell">{text.limits[limit.kind]}</td>
      <td class="max-sm:!ps-3 sm:min-w-36">
        <div class="grid gap-1">
          <span class="text-xs whitespace-nowrap text-mute sm:hidden">{text.limits[limit.kind]}</span>
          <Figure kind={limit.origin} {...age}>{amount(limit, limitLeft(limit), share)}</Figure>
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
        {limit.resetsAt === undefined || limit.resetsAt <= Date.now()
          ? "–"
          : <Countdown until={limit.resetsAt} />}
      </td>
    </>
  );
}

function isTold(limit: BucketLimitView): boolean {
  return limit.used > 0 || limit.limit !== undefined || limit.left !== undefined;
}

function isBusy(bucket: BucketRow): boolean {
  return bucket.limits.some(isTold) || bucket.coolingUntil !== undefined;
}

/** What is worth a line: limits that are known or used; a bucket that was never used has one line that says so. */
function worthy(bucket: BucketRow): readonly (BucketLimitView | undefined)[] {
  const limits = bucket.limits.filter(isTold);
  return limits.length === 0 ? [undefined] : limits;
}

function State({ bucket, now }: { bucket: BucketRow; now: number }) {
  const { coolingUntil = 0, coolingReason } = bucket;
  const usedUp = bucket.limits.find((limit) => limitLeft(limit) === 0 && (limit.resetsAt ?? Infinity) > now);
  if (coolingUntil <= now && usedUp !== undefined) {
    return <span class="chip chip-warn">{words.usedUp(text.limits[usedUp.kind] ?? "")}</span>;
  }
  if (coolingUntil <= now) return <span class="chip chip-good">{words.serving}</span>;
  return (
    <span class="chip chip-warn" title={coolingReason}>
      <span class="max-sm:sr-only">{words.until}</span> <Countdown until={coolingUntil} />
    </span>
  );
}

function BucketRows({ bucket }: { bucket: BucketRow }) {
  const now = useNow();
  const limits = worthy(bucket);
  const kind = bucket.projectKind === "told" || bucket.projectKind === "measured"
    ? bucket.projectKind
    : "key";
  return (
    <tbody class="border-t border-line first-of-type:border-t-0">
      {limits.map((limit, index) => (
        <tr key={limit?.kind ?? "none"}>
          {index === 0 && (
            <>
              <td rowSpan={limits.length} class="max-w-36 !border-b-0 align-top sm:max-w-56">
                <p class="truncate font-medium">{bucket.model}</p>
                <p class="truncate text-xs text-mute" title={words[kind]}>{bucket.project}</p>
                <p class="mt-1 sm:hidden">
                  <State bucket={bucket} now={now} />
                </p>
              </td>
              <td rowSpan={limits.length} class="hidden !border-b-0 align-top sm:table-cell">
                <State bucket={bucket} now={now} />
              </td>
            </>
          )}
          <LimitCells limit={limit} />
        </tr>
      ))}
    </tbody>
  );
}

/** Every project x model that was used, or all that the filter leaves, with each of its limits, how it is known, and when it starts anew. */
export function BucketTable(
  { buckets, all, filter }: { buckets: readonly BucketRow[]; all: boolean; filter: ComponentChildren },
) {
  const shown = buckets.filter((bucket) => all || isBusy(bucket)).slice(0, MOST);
  return (
    <Card title={words.google} note={words.googleNote} action={filter} flush>
      {buckets.length === 0
        ? all
          ? <Empty icon="search" title={words.nothing}>{words.nothingDetail}</Empty>
          : <Empty icon="quotas" title={words.empty}>{words.emptyDetail}</Empty>
        : (
          <div class="overflow-x-auto" tabIndex={0} role="group" aria-label={words.google}>
            <table class="grid-table">
              <thead>
                <tr>
                  <th scope="col">{words.model}, {words.project}</th>
                  <th scope="col" class="hidden sm:table-cell">{words.state}</th>
                  <th scope="col" class="hidden sm:table-cell">{words.kind}</th>
                  <th scope="col">{words.left}</th>
                  <th scope="col" class="end">{words.resets}</th>
                </tr>
              </thead>
              {shown.map((bucket) => <BucketRows key={bucket.id} bucket={bucket} />)}
            </table>
          </div>
        )}
      {buckets.length > shown.length && (
        <p class="border-t border-line px-5 py-3 text-xs text-mute">
          {words.others(buckets.length - shown.length)}
        </p>
      )}
    </Card>
  );
}
