import type { CapRow, CapsView } from "./read_quotas.ts";
import { useSignal } from "@preact/signals";
import { wholeNumber } from "../shared/format.ts";
import { attempt } from "../shared/live/attempt.ts";
import { api } from "../shared/live/browser_api.ts";
import { quotasText } from "./words.ts";
import { Card, Empty } from "../shared/ui/card.tsx";
import { Dialog } from "../shared/ui/dialog.tsx";
import { Countdown, Figure } from "../shared/ui/figure.tsx";
import { Icon } from "../shared/ui/icon.tsx";
import { Meter, type Tone } from "../shared/ui/meter.tsx";
import { RowButtons } from "../shared/ui/row_buttons.tsx";
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
          {words.resets} <Countdown until={cap.nextReset} />
        </p>
      )}
    </li>
  );
}

/** The caps, each with its bar, its threshold and its reset; made, edited and removed here. */
export function CapList({ caps, adding, onAdd, targets, refresh }: {
  caps: CapsView;
  /** The target of the open form for a new cap; empty for a choice. */
  adding: string | undefined;
  onAdd: (target: string | undefined) => void;
  targets: readonly string[];
  refresh: () => Promise<void>;
}) {
  const changed = useSignal<CapRow | undefined>(undefined);
  const there = caps.caps.find(({ model }) => adding !== "" && model === adding);
  const current = changed.value ?? there;
  const close = () => {
    changed.value = undefined;
    onAdd(undefined);
  };
  const change = async (task: () => Promise<unknown>, done: string) => {
    if (await attempt(task, done)) close();
    await refresh();
  };
  const save = (draft: CapDraft) => {
    void change(() => api.putCap(draft, current?.updatedAt), words.capSaved(draft.model));
  };
  const remove = (cap: CapRow) =>
    change(
      () => api.removeCap(cap.model),
      words.capRemoved(cap.model),
    );
  return (
    <Card
      title={words.caps}
      note={words.capsNote}
      action={
        <button type="button" class="btn btn-small" onClick={() => onAdd("")}>
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
                onEdit={() => changed.value = cap}
                onRemove={() => void remove(cap)}
              />
            ))}
          </ul>
        )}
      <Dialog
        title={current === undefined ? words.newCap : words.editCap(current.model)}
        open={current !== undefined || adding !== undefined}
        onClose={close}
      >
        <CapForm cap={current} target={adding ?? ""} targets={targets} onSave={save} />
      </Dialog>
    </Card>
  );
}
