import { useSignal } from "@preact/signals";
import type { BucketRow, CapsView, KeyRow, UsageView } from "../components/data/views.ts";
import { keyName } from "../components/format.ts";
import { keepInAddress } from "../components/live/address.ts";
import { data } from "../components/live/browser_api.ts";
import { configuration } from "../components/live/configuration.ts";
import { useNow } from "../components/live/now.ts";
import { useResource } from "../components/live/resource.ts";
import { QuotaList } from "../components/overview/quota_list.tsx";
import { BucketTable } from "../components/quotas/bucket_table.tsx";
import { CapList } from "../components/quotas/cap_list.tsx";
import { ScheduleForm } from "../components/quotas/schedule_form.tsx";
import { UsageCard } from "../components/quotas/usage_card.tsx";
import { text } from "../components/text/shell.ts";
import { quotasText } from "../components/text/quotas.ts";
import { Problem } from "../components/ui/card.tsx";
import { orderedBuckets, usableBuckets } from "../components/views/bucket_order.ts";
import { modelQuotas } from "../components/views/model_quota.ts";

const words = quotasText;

export interface QuotasProps {
  readonly buckets: readonly BucketRow[];
  readonly caps: CapsView;
  readonly keys: readonly KeyRow[];
  readonly usage: UsageView;
  readonly add: boolean;
  /** Words that narrow the table of buckets. */
  readonly filter: string;
  /** Models, `group:` and `client:` names that a cap can be for. */
  readonly targets: readonly string[];
}

/** A project that is only known as one key gets that key's name. */
function namedProjects(usage: UsageView, keys: readonly KeyRow[]): UsageView {
  const names = new Map(keys.map((key) => [key.id, keyName(key)]));
  return {
    ...usage,
    projects: usage.projects.map((row) => ({ ...row, name: names.get(row.name) ?? row.name })),
  };
}

/** What Google allows, what the owner allows, and how long it lasts. */
export default function Quotas(props: QuotasProps) {
  const now = useNow();
  const buckets = useResource(props.buckets, data.buckets, ["pool_update", "request"]);
  const caps = useResource(props.caps, data.caps, [
    "usage:cap-updated",
    "usage:cap-warning",
    "usage:cap-exceeded",
    "request",
  ]);
  const usage = useResource(props.usage, configuration.usage, ["request"], 5_000);
  const typed = useSignal(props.filter);
  const keys = useResource(props.keys, data.keys, ["stats_update", "pool_update"]);
  const usable = usableBuckets(buckets.value.value, keys.value.value);
  const shown = orderedBuckets(usable, keys.value.value, typed.value);
  return (
    <div class="grid gap-4 lg:gap-5">
      {buckets.problem.value && <Problem>{text.loadFailed(buckets.problem.value)}</Problem>}
      <div class="grid items-start gap-4 lg:grid-cols-2 lg:gap-5">
        <div class="grid gap-4 lg:gap-5">
          <CapList caps={caps.value.value} add={props.add} targets={props.targets} refresh={caps.refresh} />
          <ScheduleForm caps={caps.value.value} refresh={caps.refresh} />
        </div>
        <div class="grid gap-4 lg:gap-5">
          <QuotaList rows={modelQuotas(usable, now)} most={12} here />
          <UsageCard usage={namedProjects(usage.value.value, keys.value.value)} />
        </div>
      </div>
      <BucketTable
        buckets={shown}
        all={typed.value !== ""}
        filter={
          <input
            type="search"
            class="field !w-64 max-sm:!w-full"
            placeholder={words.filterHint}
            aria-label={words.filter}
            value={typed}
            onInput={(event) => keepInAddress("q", typed.value = event.currentTarget.value)}
          />
        }
      />
    </div>
  );
}
