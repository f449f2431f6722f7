import type { TotalsView } from "./read_requests.ts";
import { dateTime, duration, percent, shortNumber, wholeNumber } from "../shared/format.ts";
import { moneySum } from "../shared/money_sum.ts";
import { requestsText } from "./words.ts";
import { Icon } from "../shared/ui/icon.tsx";
import { KINDS, NO_FILTERS, type RequestFilters } from "../shared/requests/request_query.ts";
import { callClasses } from "../shared/calls/words.ts";

const words = requestsText;

interface FilterBarProps {
  readonly filters: RequestFilters;
  readonly models: readonly string[];
  readonly onChange: (change: Partial<RequestFilters>) => void;
}

function Select({ label, value, options, onChange }: {
  label: string;
  value: string;
  options: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
}) {
  return (
    <select
      class="field !w-auto max-w-48 max-sm:max-w-none max-sm:flex-1 max-sm:basis-36"
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      {options.map(([key, name]) => <option key={key} value={key}>{name}</option>)}
    </select>
  );
}

/** Filters that came from a link; each can be removed. */
function Narrowed({ filters, onChange }: Pick<FilterBarProps, "filters" | "onChange">) {
  const { key, client, session, since, until } = filters;
  const chips = [
    [key === "" ? "" : words.keyFilter(key), { key: "" }],
    [client === "" ? "" : words.clientFilter(client), { client: "" }],
    [session === "" ? "" : words.sessionFilter(session), { session: "" }],
    [
      since === "" && until === "" ? "" : words.spanFilter(
        since === "" ? "" : dateTime(Number(since)),
        until === "" ? "" : dateTime(Number(until)),
      ),
      { since: "", until: "" },
    ],
  ] as const;
  return (
    <>
      {chips.filter(([label]) => label !== "").map(([label, none]) => (
        <span key={label} class="chip chip-accent">
          {label}
          <button
            type="button"
            aria-label={words.takeAway(label)}
            onClick={() =>
              onChange(none)}
          >
            <Icon name="close" />
          </button>
        </span>
      ))}
    </>
  );
}

/** The most used filters, each with its count. */
export function KindChips({ filters, totals, onChange }: {
  filters: RequestFilters;
  totals: TotalsView;
  onChange: FilterBarProps["onChange"];
}) {
  return (
    <div class="mb-4 flex flex-wrap gap-2" role="group" aria-label={words.kindsLabel}>
      {KINDS.map((kind) => {
        const count = totals.kinds[kind];
        const chosen = filters.is === kind;
        return (
          <button
            key={kind}
            type="button"
            class={`btn btn-small ${chosen ? "btn-primary" : ""}`}
            aria-pressed={chosen}
            onClick={() => onChange({ is: chosen ? "" : kind })}
          >
            {words.kinds[kind]}
            <span class={`num ${chosen ? "" : count === 0 ? "text-mute" : "font-semibold"}`}>
              {wholeNumber(count)}
              {totals.complete ? "" : "+"}
            </span>
          </button>
        );
      })}
    </div>
  );
}

/** The list's filters; every change is in the address. */
export function FilterBar({ filters, models, onChange }: FilterBarProps) {
  const any = Object.values(filters).some((value) => value !== "");
  return (
    <div class="mb-4 flex flex-wrap items-center gap-2">
      <input
        type="search"
        class="field !w-64 max-sm:!w-full"
        placeholder={words.search}
        aria-label={words.search}
        value={filters.text}
        onInput={(event) => onChange({ text: event.currentTarget.value })}
      />
      <Select
        label={words.outcome}
        value={filters.class}
        options={Object.entries(callClasses)}
        onChange={(value) => onChange({ class: value })}
      />
      <Select
        label={words.model}
        value={filters.model}
        options={[["", words.anyModel], ...models.map((model) => [model, model] as const)]}
        onChange={(model) => onChange({ model })}
      />
      <Select
        label={words.since}
        value={filters.span}
        options={Object.entries(words.sinces)}
        onChange={(span) => onChange({ span, since: "", until: "" })}
      />
      <input
        type="search"
        class="field !w-36 max-sm:flex-1"
        placeholder={words.agent}
        aria-label={words.agentFilter}
        value={filters.agent}
        onInput={(event) => onChange({ agent: event.currentTarget.value.trim() })}
      />
      <Narrowed filters={filters} onChange={onChange} />
      {any && (
        <button
          type="button"
          class="btn btn-quiet"
          onClick={() => onChange(NO_FILTERS)}
        >
          {words.clear}
        </button>
      )}
    </div>
  );
}

/** The totals of all that the filters leave, not of what is loaded. */
export function TotalsStrip({ totals }: { totals: TotalsView }) {
  const ended = totals.ok + totals.errors;
  const rows = [
    [wholeNumber(totals.requests) + (totals.complete ? "" : "+"), words.totals.requests],
    [ended === 0 ? "–" : percent(totals.ok / ended), words.totals.success],
    [wholeNumber(totals.errors), words.totals.errors],
    [wholeNumber(totals.kinds.refused), words.totals.refused],
    [shortNumber(totals.tokens), words.totals.tokens],
    [totals.medianMs === undefined ? "–" : duration(totals.medianMs), words.totals.median],
    [moneySum(totals.cost, totals.unpriced), words.totals.cost],
  ];
  return (
    <dl
      class="card mb-4 grid grid-cols-2 gap-4 px-5 py-4 sm:grid-cols-4 lg:grid-cols-7"
      title={totals.complete ? undefined : words.totals.partly}
    >
      {rows.map(([value, label]) => (
        <div key={label}>
          <dd class="num text-lg font-semibold tracking-tight">{value}</dd>
          <dt class="text-xs text-mute">{label}</dt>
        </div>
      ))}
    </dl>
  );
}
