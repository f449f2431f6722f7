import { text } from "../shared/words.ts";
import { STATUSES } from "../shared/keys/read_keys.ts";
import type { KeyList } from "./use_keys.ts";
import { keysText } from "./words.ts";

const words = keysText;

interface ChoiceProps {
  readonly name: "status" | "tag" | "sort";
  readonly label: string;
  readonly list: KeyList;
  readonly options: readonly (readonly [value: string, name: string])[];
}

function Choice({ name, label, list, options }: ChoiceProps) {
  return (
    <select
      name={name}
      class="field !w-auto max-w-48"
      aria-label={label}
      value={list.query.value[name]}
      onChange={(event) => list.change({ [name]: event.currentTarget.value })}
    >
      {options.map(([value, shown]) => <option key={value} value={value}>{shown}</option>)}
    </select>
  );
}

/** Filters and order of the list; a form, so that it works without scripts too. */
export function Narrowing({ list }: { list: KeyList }) {
  const { tags } = list.view.value.value;
  const { q, tag } = list.query.value;
  const offered = tag === "" || tags.includes(tag) ? tags : [tag, ...tags];
  return (
    <form
      method="get"
      class="contents"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        list.change({});
      }}
    >
      <input
        type="search"
        name="q"
        class="field !w-64 max-sm:!w-full"
        placeholder={words.filter}
        aria-label={words.filter}
        maxLength={200}
        value={q}
        onInput={(event) => list.change({ q: event.currentTarget.value }, true)}
      />
      <Choice
        name="status"
        label={words.status}
        list={list}
        options={[["", words.anyStatus], ...STATUSES.map((one) => [one, text.status[one]] as const)]}
      />
      {offered.length > 0 && (
        <Choice
          name="tag"
          label={words.tag}
          list={list}
          options={[["", words.anyTag], ...offered.map((one) => [one, one] as const)]}
        />
      )}
      <Choice name="sort" label={words.sort} list={list} options={Object.entries(words.sorts)} />
      <noscript>
        <button type="submit" class="btn">{words.show}</button>
      </noscript>
    </form>
  );
}

/**
 * The page's position among all matching keys, with links to its neighbours; links, so that they work without scripts.
 */
export function Pager({ list }: { list: KeyList }) {
  const { first, rows, total, next, previous } = list.view.value.value;
  if (next === "" && previous === "") return null;
  const href = (cursor: string) => {
    const filled = Object.entries({ ...list.query.value, cursor }).filter(([, value]) => value !== "");
    return `?${new URLSearchParams(filled)}`;
  };
  const Turn = ({ cursor, label }: { cursor: string; label: string }) =>
    cursor === "" ? <span class="btn btn-small opacity-50" aria-hidden="true">{label}</span> : (
      <a
        class="btn btn-small"
        href={href(cursor)}
        onClick={(event) => {
          event.preventDefault();
          list.change({ cursor });
        }}
      >
        {label}
      </a>
    );
  return (
    <nav class="flex flex-wrap items-center gap-3 px-4 py-3" aria-label={words.pages}>
      <Turn cursor={previous} label={words.previousPage} />
      <span class="num text-mute" role="status">
        {words.place(first + 1, first + rows.length, total)}
      </span>
      <Turn cursor={next} label={words.nextPage} />
    </nav>
  );
}
