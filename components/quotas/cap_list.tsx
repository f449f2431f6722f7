import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { CapRow, CapsView } from "../data/views.ts";
import { wholeNumber } from "../format.ts";
import { attempt } from "../live/attempt.ts";
import { api } from "../live/browser_api.ts";
import { overviewText } from "../text/overview.ts";
import { quotasText } from "../text/quotas.ts";
import { Card, Empty } from "../ui/card.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Countdown, Figure } from "../ui/figure.tsx";
import { Icon } from "../ui/icon.tsx";
import { Meter, type Tone } from "../ui/meter.tsx";
import { RowButtons } from "../ui/row_buttons.tsx";
import { type CapDraft, CapForm } from "./cap_form.tsx";

const words = quotasText;

function toneOf(cap: CapRow, share: number): Tone {
  if (!cap.enabled) return "mute";
  return share >= 1 ? "bad" : share * 100 >= cap.alertThreshold ? "warn" : "good";
}

function Row({ cap, onEdit, onRemove }: { cap: CapRow; onEdit: () => void; onRemove: () => void }) {
  const used = cap.current ?? 0;
  const share = cap.limit === 0 ? 1 : used / cap.limit;
  const unit = words.units[cap.unit as keyof typeof words.units] ?? cap.unit;
  const period = words.periods[cap.period as keyof typeof words.periods] ?? cap.period;
  return (
    <li class="grid gap-1.5 py-3 first:pt-1 last:pb-0">
      <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span class="min-w-0 truncate font-medium">{cap.model}</span>
        {!cap.enabled && <span class="chip">{words.off}</span>}
        <span class="num ms-auto">
          <Figure kind="measured">
            <strong class="font-semibold">{wholeNumber(used)}</strong>
          </Figure>{" "}
          <span class="text-mute">
            / <Figure kind="set">{wholeNumber(cap.limit)}</Figure> {unit} {period}
          </span>
        </span>
        <RowButtons name={cap.model} onEdit={onEdit} onRemove={onRemove} />
      </div>
      <Meter
        share={share}
        threshold={cap.alertThreshold / 100}
        tone={toneOf(cap, share)}
        label={`${cap.model}: ${wholeNumber(used)} / ${wholeNumber(cap.limit)}`}
      />
      {cap.nextReset !== undefined && (
        <p class="text-xs text-mute">
          {overviewText.resets} <Countdown until={cap.nextReset} />
        </p>
      )}
    </li>
  );
}

/** The caps, each with its bar, its threshold and its reset; made, edited and removed here. */
export function CapList({ caps, add, targets, refresh }: {
  caps: CapsView;
  /** Whether the form for a new one is open at once. */
  add: boolean;
  targets: readonly string[];
  refresh: () => Promise<void>;
}) {
  const editing = useSignal<CapRow | "new" | undefined>(undefined);
  useEffect(() => {
    if (add) editing.value = "new";
  }, []);
  const change = async (task: () => Promise<unknown>, done: string) => {
    if (await attempt(task, done)) editing.value = undefined;
    await refresh();
  };
  const save = (draft: CapDraft) => {
    const seen = editing.value === "new" ? undefined : editing.value?.updatedAt;
    void change(() => api.putCap(draft, seen), words.capSaved(draft.model));
  };
  const remove = (cap: CapRow) =>
    change(
      () => api.removeCap(cap.model),
      words.capRemoved(cap.model),
    );
  const current = editing.value;
  return (
    <Card
      title={words.caps}
      note={words.capsNote}
      action={
        <button type="button" class="btn btn-small" onClick={() => editing.value = "new"}>
          <Icon name="plus" />
          {words.addCap}
        </button>
      }
    >
      {caps.caps.length === 0
        ? <Empty icon="quotas" title={words.capsEmpty}>{words.capsEmptyDetail}</Empty>
        : (
          <ul class="divide-y divide-line">
            {caps.caps.map((cap) => (
              <Row
                key={cap.model}
                cap={cap}
                onEdit={() => editing.value = cap}
                onRemove={() => void remove(cap)}
              />
            ))}
          </ul>
        )}
      <Dialog
        title={current === "new" || current === undefined ? words.newCap : words.editCap(current.model)}
        open={current !== undefined}
        onClose={() => editing.value = undefined}
      >
        <CapForm cap={current === "new" ? undefined : current} targets={targets} onSave={save} />
      </Dialog>
    </Card>
  );
}
