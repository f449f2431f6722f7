import type { KeyRow, MatrixModel, ModelRow, ModelSpeed } from "../views.ts";
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { duration, keyName, shortNumber } from "../format.ts";
import { dayLimit } from "./standing.ts";
import { Empty } from "../ui/card.tsx";
import { Figure } from "../ui/figure.tsx";
import { Icon } from "../ui/icon.tsx";
import { modelTableText } from "./words.ts";

const words = modelTableText;
/** So many keys are listed at once, more when a list is opened. */
const FEW_KEYS = 12;

/** Its abilities beyond text in and text out, as words of `abilities`. */
function abilitiesOf({ thinking, methods, input, output }: MatrixModel): readonly string[] {
  const chats = methods.includes("generateContent");
  const other = (kinds: readonly string[], suffix: string) =>
    kinds.filter((kind) => kind !== "text" && kind !== "embeddings").map((kind) => kind + suffix);
  return [
    ...(thinking && chats ? ["thinking"] : []),
    ...other(input, ""),
    ...other(output, "Out"),
    ...(output.includes("embeddings") ? ["embeddings"] : []),
    ...(methods.includes("bidiGenerateContent") ? ["live"] : []),
    ...(methods.includes("createCachedContent") ? ["cache"] : []),
  ];
}

/** 2.5 -> "2.50", 0.075 -> "0.075". */
function dollars(price: number): string {
  return price.toFixed(Math.round(price * 100) / 100 === price ? 2 : 3);
}

/** The rest of the day over all projects; unknown is not zero. */
function Left({ row }: { row: ModelRow | undefined }) {
  const day = row?.day ?? null;
  if (day === null) return <span class="text-mute">{words.notAsked}</span>;
  const limit = dayLimit(day);
  if (limit === undefined) return <Figure kind="unknown">{words.leftUnknown}</Figure>;
  const published = day.unknownProjects > 0 ? day.published : null;
  const left = (day.left ?? 0) + (published?.left ?? 0);
  return (
    <Figure kind={published === null ? "measured" : "published"}>
      {words.leftOf(shortNumber(left), shortNumber(limit))}
    </Figure>
  );
}

function Speed({ speed }: { speed: ModelSpeed | undefined }) {
  if (speed === undefined || speed.totalMs === null) return <span class="text-mute">–</span>;
  const first = speed.firstTokenMs;
  return (
    <Figure kind="measured">
      {first === null ? duration(speed.totalMs) : words.speeds(duration(speed.totalMs), duration(first))}
    </Figure>
  );
}

/** The number of keys that serve it; opens to list which do and which do not. */
function Coverage({ model, keys, total }: {
  model: MatrixModel;
  keys: readonly KeyRow[];
  total: number;
}) {
  const serving = new Set(model.credentials);
  const opened = useSignal(false);
  // A thousand keys beside each of thirty models are too much to lay out before anybody asks.
  const listed = total <= FEW_KEYS || opened.value ? keys : [];
  return (
    <details onToggle={(event) => opened.value = event.currentTarget.open}>
      <summary class="num whitespace-nowrap">{words.keysOf(model.serving, total)}</summary>
      <ul class="grid max-h-40 gap-0.5 overflow-auto py-1 text-xs">
        {listed.map((key) => {
          const yes = serving.has(key.id);
          return (
            <li key={key.id} class={`flex items-center gap-1.5 ${yes ? "" : "text-mute"}`}>
              <Icon name={yes ? "check" : "close"} class={yes ? "text-good" : ""} />
              {words.serves(keyName(key), yes)}
            </li>
          );
        })}
        {total > keys.length && <li class="text-mute">{words.moreKeys(total - keys.length)}</li>}
      </ul>
    </details>
  );
}

/** A model's name, which may break after each of its hyphens. */
function breakable(id: string): ComponentChildren {
  return id.split(/(?<=-)/).flatMap((part) => [part, <wbr key={part} />]);
}

/** Its names at sources that list each effort separately, or use another name. */
function Variants({ variants }: { variants: readonly MatrixModel[] }) {
  if (variants.length === 0) return null;
  return (
    <p class="text-xs font-normal text-mute">
      {words.variants} {variants.map(({ id }) => id).join(", ")}
    </p>
  );
}

/** Price, rest and speed of a model. */
export interface ModelFigures {
  readonly rows: readonly ModelRow[];
  readonly speeds: Readonly<Record<string, ModelSpeed>>;
}

function FigureCells({ model, figures }: { model: MatrixModel; figures: ModelFigures }) {
  return (
    <>
      <td data-label={words.price} class="num whitespace-nowrap">
        {model.price === undefined
          ? <span class="text-mute">{words.noPrice}</span>
          : words.dollars(dollars(model.price.input), dollars(model.price.output))}
      </td>
      <td data-label={words.left} class="num">
        <Left row={figures.rows.find((row) => row.model === model.id)} />
      </td>
      <td data-label={words.speed} class="num">
        <Speed speed={figures.speeds[model.id]} />
      </td>
    </>
  );
}

function Row({ model, variants, keys, total, figures }: {
  total: number;
  model: MatrixModel;
  variants: readonly MatrixModel[];
  keys: readonly KeyRow[];
  figures: ModelFigures | undefined;
}) {
  const limit = (value: number | undefined) => value === undefined ? "–" : shortNumber(value);
  const chats = model.methods.includes("generateContent");
  return (
    <tr class="hover:bg-sunken/40">
      <th scope="row" class="!font-medium">
        <span class="break-words">{breakable(model.id)}</span>
        {chats && (
          <a
            class="ms-2 inline-block align-middle text-mute hover:text-accent"
            href={`/dashboard/playground?model=${encodeURIComponent(model.id)}`}
            aria-label={words.try(model.id)}
            title={words.try(model.id)}
          >
            <Icon name="playground" />
          </a>
        )}
        <Variants variants={variants} />
      </th>
      <td data-label={words.can}>
        <span class="text-xs text-soft">
          {abilitiesOf(model).map((one) => words.abilities[one] ?? one).join(", ")}
        </span>
      </td>
      <td data-label={words.context} class="num whitespace-nowrap">
        {words.inOut(limit(model.inputLimit), limit(model.outputLimit))}
      </td>
      {figures !== undefined && <FigureCells model={model} figures={figures} />}
      <td data-label={words.coverage}>
        <Coverage model={model} keys={keys} total={total} />
      </td>
    </tr>
  );
}

/** Every model: what it can do and which keys serve it; with figures also what it costs, what is left and how fast it is. */
export function ModelTable({ models, keys, total, figures, typed }: {
  /** All keys there are; `keys` may be the first of them. */
  total: number;
  models: readonly MatrixModel[];
  keys: readonly KeyRow[];
  figures?: ModelFigures;
  typed: string;
}) {
  const search = useSignal(typed);
  const wanted = search.value.toLowerCase();
  const variantsOf = Map.groupBy(models, ({ variantOf = "" }) => variantOf);
  const shown = (variantsOf.get("") ?? []).filter((model) =>
    `${model.id} ${model.name} ${(variantsOf.get(model.id) ?? []).map(({ id }) => id).join(" ")} ${
      abilitiesOf(model).map((one) => words.abilities[one]).join(" ")
    }`
      .toLowerCase().includes(wanted)
  );
  return (
    <>
      <div class="px-4 pb-3 sm:px-5">
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
            {models.length === 0 && (
              <>
                <p>{words.emptyDetail}</p>
                <a class="btn mt-3" href="/dashboard/keys?add">{words.addKey}</a>
              </>
            )}
          </Empty>
        )
        : (
          <div class="max-h-[40rem] overflow-auto" tabIndex={0} role="group" aria-label={words.matrix}>
            <table class="grid-table reflow">
              <thead class="sticky top-0 z-10 bg-panel">
                <tr>
                  <th scope="col">{words.model}</th>
                  <th scope="col">{words.can}</th>
                  <th scope="col" title={words.contextNote}>{words.context}</th>
                  {figures !== undefined && (
                    <>
                      <th scope="col" title={words.priceNote}>{words.price}</th>
                      <th scope="col">{words.left}</th>
                      <th scope="col" title={words.speedNote}>{words.speed}</th>
                    </>
                  )}
                  <th scope="col">{words.coverage}</th>
                </tr>
              </thead>
              <tbody>
                {shown.map((model) => (
                  <Row
                    key={model.id}
                    model={model}
                    variants={variantsOf.get(model.id) ?? []}
                    keys={keys}
                    total={total}
                    figures={figures}
                  />
                ))}
              </tbody>
            </table>
          </div>
        )}
    </>
  );
}
