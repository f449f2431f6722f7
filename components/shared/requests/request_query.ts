import type { CallKind } from "../../../src/core/call_record.ts";

/** The filters of the requests page, by the names that the API takes. */
export interface RequestFilters {
  readonly text: string;
  readonly model: string;
  readonly agent: string;
  readonly client: string;
  readonly class: string;
  readonly is: CallKind | "";
  /** A span in milliseconds up to now; empty for all of time. */
  readonly span: string;
  /** An own span, epoch milliseconds; empty without. */
  readonly since: string;
  readonly until: string;
  readonly key: string;
  /** One conversation. */
  readonly session: string;
}

const NAMES = [
  "text",
  "model",
  "agent",
  "client",
  "class",
  "is",
  "span",
  "since",
  "until",
  "key",
  "session",
] as const;

/** In the order of the page. */
export const KINDS = ["failed", "refused", "left", "slow", "retried"] as const satisfies readonly CallKind[];

/** No filter at all. */
export const NO_FILTERS: RequestFilters = {
  text: "",
  model: "",
  agent: "",
  client: "",
  class: "",
  is: "",
  span: "",
  since: "",
  until: "",
  key: "",
  session: "",
};

/** The filters of an address; what is no filter there is none. */
export function filtersOf(params: URLSearchParams): RequestFilters {
  const found = { ...NO_FILTERS, ...Object.fromEntries(NAMES.map((name) => [name, params.get(name) ?? ""])) };
  return {
    ...found,
    text: found.text || (params.get("q") ?? ""),
    is: KINDS.find((kind) => kind === found.is) ?? "",
    since: /^\d{1,15}$/.test(found.since) ? found.since : "",
    until: /^\d{1,15}$/.test(found.until) ? found.until : "",
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

/** The page that shows what some filters leave. */
export function requestsHref(filters: Partial<RequestFilters>): string {
  const query = pageQuery({ ...NO_FILTERS, ...filters });
  return `/dashboard/requests${query === "" ? "" : `?${query}`}`;
}
