import { duration, percent, shortNumber, wholeNumber } from "../format.ts";
import { requestsText } from "../text/requests.ts";
import type { RequestTotals } from "../views/request_totals.ts";
import type { RequestFilters } from "./request_query.ts";

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
      class="field !w-auto max-w-48"
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      {options.map(([key, name]) => <option key={key} value={key}>{name}</option>)}
    </select>
  );
}

/** What narrows the list; every change is kept in the address. */
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
        options={Object.entries(words.outcomes)}
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
        onChange={(span) => onChange({ span })}
      />
      {any && (
        <button
          type="button"
          class="btn btn-quiet"
          onClick={() => onChange({ text: "", model: "", agent: "", class: "", span: "", key: "" })}
        >
          {words.clear}
        </button>
      )}
    </div>
  );
}

/** The totals of what the filters leave. */
export function TotalsStrip({ totals, more }: { totals: RequestTotals; more: boolean }) {
  const share = totals.requests === 0 ? "–" : percent(totals.ok / totals.requests);
  const rows = [
    [wholeNumber(totals.requests) + (more ? "+" : ""), words.totals.requests],
    [share, words.totals.success],
    [shortNumber(totals.tokens), words.totals.tokens],
    [totals.ok === 0 ? "–" : duration(totals.meanMs), words.totals.mean],
  ];
  return (
    <dl class="card mb-4 grid grid-cols-2 gap-4 px-5 py-4 sm:grid-cols-4">
      {rows.map(([value, label]) => (
        <div key={label}>
          <dd class="num text-lg font-semibold tracking-tight">{value}</dd>
          <dt class="text-xs text-mute">{label}</dt>
        </div>
      ))}
    </dl>
  );
}
