import { useSignal } from "@preact/signals";
import type { KeyRow, MatrixModel } from "../data/views.ts";
import { keyName, percent, shortNumber } from "../format.ts";
import { modelsText } from "./words.ts";
import { Empty } from "../ui/card.tsx";
import { Icon } from "../ui/icon.tsx";
import { Meter } from "../ui/meter.tsx";

const words = modelsText;
/** Up to this many keys each has a column; beyond, a model shows how many serve it. */
const MOST_COLUMNS = 12;

function Dots({ model, keys }: { model: MatrixModel; keys: readonly KeyRow[] }) {
  const serving = new Set(model.credentials);
  return (
    <>
      {keys.map((key) => {
        const yes = serving.has(key.id);
        return (
          <td key={key.id} class="text-center">
            <span
              class={yes ? "text-good" : "text-mute"}
              role="img"
              aria-label={words.serves(keyName(key), yes)}
            >
              {yes ? <Icon name="check" class="inline" /> : "·"}
            </span>
          </td>
        );
      })}
    </>
  );
}

function Coverage({ model, total }: { model: MatrixModel; total: number }) {
  const share = total === 0 ? 0 : model.serving / total;
  return (
    <td class="min-w-40">
      <div class="num flex items-center gap-3">
        <Meter share={share} tone="accent" label={`${model.id}: ${percent(share)}`} />
        <span class="shrink-0 text-mute">{words.keysOf(model.serving, total)}</span>
      </div>
    </td>
  );
}

function Head({ keys, total }: { keys: readonly KeyRow[]; total: number }) {
  return (
    <tr>
      <th scope="col">{words.model}</th>
      <th scope="col" class="end hidden md:table-cell">{words.inputLimit}</th>
      <th scope="col" class="end hidden md:table-cell">{words.outputLimit}</th>
      {total <= MOST_COLUMNS
        ? keys.map((key) => (
          <th key={key.id} scope="col" class="max-w-28 truncate !text-center">{keyName(key)}</th>
        ))
        : <th scope="col">{words.coverage}</th>}
    </tr>
  );
}

/** Which key serves which model. */
export function ModelMatrix({ models, keys, total, typed }: {
  models: readonly MatrixModel[];
  /** All keys there are; `keys` may be the first of them. */
  total: number;
  keys: readonly KeyRow[];
  typed: string;
}) {
  const search = useSignal(typed);
  const wanted = search.value.toLowerCase();
  const shown = models.filter((model) => `${model.id} ${model.name}`.toLowerCase().includes(wanted));
  return (
    <>
      <div class="px-5 pb-3">
        <input
          type="search"
          class="field !w-72 max-sm:!w-full"
          placeholder={words.filter}
          aria-label={words.filter}
          value={search}
          onInput={(event) => search.value = event.currentTarget.value}
        />
      </div>
      {shown.length === 0
        ? (
          <Empty icon="models" title={models.length === 0 ? words.empty : words.nothing}>
            {models.length === 0 ? words.emptyDetail : ""}
          </Empty>
        )
        : (
          <div class="max-h-[32rem] overflow-auto" tabIndex={0} role="group" aria-label={words.matrix}>
            <table class="grid-table">
              <thead class="sticky top-0 z-10 bg-panel">
                <Head keys={keys} total={total} />
              </thead>
              <tbody>
                {shown.map((model) => (
                  <tr key={model.id} class="hover:bg-sunken/40">
                    <td class="font-medium whitespace-nowrap">{model.id}</td>
                    <td class="end hidden md:table-cell">
                      {model.inputLimit === undefined ? "–" : shortNumber(model.inputLimit)}
                    </td>
                    <td class="end hidden md:table-cell">
                      {model.outputLimit === undefined ? "–" : shortNumber(model.outputLimit)}
                    </td>
                    {total <= MOST_COLUMNS
                      ? <Dots model={model} keys={keys} />
                      : <Coverage model={model} total={total} />}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
    </>
  );
}
