import type { BucketRow, CapsView, HealthView, KeyRow } from "../data/views.ts";
import { countdown, keyName, plural } from "../format.ts";
import { attentionText } from "../text/attention.ts";

/** One thing that the owner should look at, with the place that mends it. */
export interface AttentionRow {
  readonly id: string;
  readonly tone: "bad" | "warn";
  readonly title: string;
  readonly detail: string;
  readonly action: string;
  readonly href: string;
}

interface Facts {
  readonly keys: readonly KeyRow[];
  readonly buckets: readonly BucketRow[];
  readonly caps: CapsView;
  readonly health: HealthView;
}

const words = attentionText;

function keyLink(key: KeyRow): string {
  return `/dashboard/keys?focus=${encodeURIComponent(key.id)}`;
}

function deadKeys({ keys }: Facts): AttentionRow[] {
  const dead = keys.filter((key) => key.status === "dead");
  const rows = dead.slice(0, 3).map((key): AttentionRow => ({
    id: `dead-${key.id}`,
    tone: "bad",
    title: words.deadKey(keyName(key)),
    detail: key.reason,
    action: key.link ? words.openGoogle : words.seeKey,
    href: key.link || keyLink(key),
  }));
  if (dead.length <= 3) return rows;
  return [...rows, {
    id: "dead-more",
    tone: "bad",
    title: words.moreDead(dead.length - 3),
    detail: words.moreDeadDetail,
    action: words.seeKeys,
    href: "/dashboard/keys?status=dead",
  }];
}

function noWay({ keys }: Facts, now: number): AttentionRow[] {
  const usable = keys.filter((key) => key.status === "active" || key.status === "cooldown");
  if (usable.length === 0) {
    const [title, detail] = keys.length === 0
      ? [words.noKeys, words.noKeysDetail]
      : [words.noUsable, words.noUsableDetail];
    return [{ id: "none", tone: "bad", title, detail, action: words.addKey, href: "/dashboard/keys?add" }];
  }
  if (usable.some((key) => key.status === "active")) return [];
  const first = Math.min(...usable.map((key) => key.cooldownUntil ?? Infinity));
  const detail = Number.isFinite(first)
    ? words.allCoolingUntil(countdown(first - now))
    : words.allCoolingUnknown;
  return [{
    id: "cooling",
    tone: "bad",
    title: words.allCooling,
    detail,
    action: words.addKey,
    href: "/dashboard/keys?add",
  }];
}

function caps({ caps }: Facts): AttentionRow[] {
  return caps.caps.flatMap((cap): AttentionRow[] => {
    if (!cap.enabled || cap.current === undefined || cap.limit <= 0) return [];
    const share = cap.current / cap.limit;
    if (share * 100 < cap.alertThreshold) return [];
    return [{
      id: `cap-${cap.model}`,
      tone: share >= 1 ? "bad" : "warn",
      title: share >= 1 ? words.capReached(cap.model) : words.capNear(cap.model),
      detail: words.capDetail(cap.current, cap.limit, cap.unit),
      action: words.editCap,
      href: "/dashboard/quotas",
    }];
  });
}

function forecasts({ buckets }: Facts, now: number): AttentionRow[] {
  const soon = buckets.filter((bucket) => bucket.emptyAt !== undefined && bucket.emptyAt > now);
  const first = soon.toSorted((a, b) => (a.emptyAt ?? 0) - (b.emptyAt ?? 0))[0];
  if (first?.emptyAt === undefined) return [];
  return [{
    id: "forecast",
    tone: "warn",
    title: words.emptySoon(first.model, countdown(first.emptyAt - now)),
    detail: words.emptySoonDetail(plural(soon.length, "bucket", "buckets")),
    action: words.seeQuotas,
    href: "/dashboard/quotas",
  }];
}

function queue({ health }: Facts): AttentionRow[] {
  const { length, expectedWaitMs } = health.queue;
  if (length === 0) return [];
  return [{
    id: "queue",
    tone: "warn",
    title: words.waiting(length),
    detail: words.waitingDetail(countdown(expectedWaitMs)),
    action: words.seeFlow,
    href: "/dashboard/flow",
  }];
}

/** What needs attention, the worst first; empty when all is well. */
export function attentionRows(facts: Facts, now: number): readonly AttentionRow[] {
  const rows = [noWay(facts, now), deadKeys(facts), caps(facts), forecasts(facts, now), queue(facts)].flat();
  return [...rows.filter((row) => row.tone === "bad"), ...rows.filter((row) => row.tone === "warn")];
}
