/** The filters of the requests page, by the names that the API takes. */
export interface RequestFilters {
  readonly text: string;
  readonly model: string;
  readonly agent: string;
  readonly class: string;
  /** A span in milliseconds up to now; empty for all of time. */
  readonly span: string;
  readonly key: string;
}

const NAMES = ["text", "model", "agent", "class", "span", "key"] as const;

export function filtersOf(params: URLSearchParams): RequestFilters {
  const value = (name: string) => params.get(name) ?? "";
  return {
    text: value("text") || value("q"),
    model: value("model"),
    agent: value("agent"),
    class: value("class"),
    span: value("span"),
    key: value("key"),
  };
}

/** The filters that are set, for the address bar. */
export function pageQuery(filters: RequestFilters): string {
  const params = new URLSearchParams();
  for (const name of NAMES) if (filters[name] !== "") params.set(name, filters[name]);
  return params.toString();
}

/** The same for the API: the span becomes an instant. */
function apiParams(filters: RequestFilters, now: number): URLSearchParams {
  const params = new URLSearchParams(pageQuery(filters));
  params.delete("span");
  if (filters.span !== "") params.set("since", String(now - Number(filters.span)));
  return params;
}

/** For the totals of all that the filters leave. */
export function totalsQuery(filters: RequestFilters, now: number): string {
  return apiParams(filters, now).toString();
}

/** For one page of the list. */
export function apiQuery(filters: RequestFilters, now: number, limit: number, cursor = ""): string {
  const params = apiParams(filters, now);
  params.set("limit", String(limit));
  if (cursor !== "") params.set("cursor", cursor);
  return params.toString();
}
