import { attentionText } from "../text/attention.ts";
import { Card } from "../ui/card.tsx";
import { Icon } from "../ui/icon.tsx";
import type { AttentionRow } from "../views/attention.ts";

function Row({ row }: { row: AttentionRow }) {
  const tone = row.tone === "bad" ? "bg-bad-wash text-bad" : "bg-warn-wash text-warn";
  const outside = row.href.startsWith("http") ? { target: "_blank", rel: "noreferrer" } : {};
  return (
    <li class="flex flex-wrap items-center gap-x-3 gap-y-2 py-3 first:pt-1 last:pb-0">
      <span class={`grid size-8 shrink-0 place-items-center rounded-full ${tone}`}>
        <Icon name="alert" />
      </span>
      <div class="min-w-48 flex-1">
        <p class="font-medium">{row.title}</p>
        <p class="text-mute">{row.detail}</p>
      </div>
      <a class="btn" href={row.href} {...outside}>{row.action}</a>
    </li>
  );
}

/** The first thing on the page: what to mend, each with the way to mend it; or that all is well. */
export function AttentionList({ rows, usable }: { rows: readonly AttentionRow[]; usable: number }) {
  if (rows.length === 0) {
    return (
      <section class="card flex items-center gap-3 px-4 py-3 sm:px-5" aria-label={attentionText.title}>
        <span class="grid size-8 shrink-0 place-items-center rounded-full bg-good-wash text-good">
          <Icon name="check" />
        </span>
        <div>
          <h2 class="text-base font-semibold tracking-tight">{attentionText.calm}</h2>
          <p class="text-mute">{attentionText.calmDetail(usable)}</p>
        </div>
      </section>
    );
  }
  return (
    <Card title={attentionText.title}>
      <ul class="divide-y divide-line">{rows.map((row) => <Row key={row.id} row={row} />)}</ul>
    </Card>
  );
}
