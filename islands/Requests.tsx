import type { CallRecord } from "../components/shared/views.ts";
import { queryOf, readRequests, type RequestsView } from "../components/shared/calls/read_calls.ts";
import { CALLS_A_PAGE, readTotals, type TotalsView } from "../components/requests/read_requests.ts";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { keepInAddress, useOpened } from "../components/shared/live/address.ts";
import { api, messageOf } from "../components/shared/live/browser_api.ts";
import { useResource } from "../components/shared/live/resource.ts";
import { showToast } from "../components/shared/live/toasts.ts";
import { FilterBar, KindChips, TotalsStrip } from "../components/requests/filter_bar.tsx";
import { Histogram } from "../components/requests/histogram.tsx";
import { RequestDrawer } from "../components/requests/request_drawer.tsx";
import {
  apiQuery,
  pageQuery,
  type RequestFilters,
  totalsQuery,
} from "../components/shared/requests/request_query.ts";
import { RequestTable } from "../components/requests/request_table.tsx";
import { text } from "../components/shared/words.ts";
import { requestsText } from "../components/requests/words.ts";
import { Empty, Problem } from "../components/shared/ui/card.tsx";

const words = requestsText;

export interface RequestsProps {
  readonly first: RequestsView;
  readonly totals: TotalsView;
  readonly filters: RequestFilters;
  readonly models: readonly string[];
  /** The request to show at once; empty for none. */
  readonly open: string;
}

/** The live, filtered table of calls; older pages are added below and stay. */
export default function Requests(props: RequestsProps) {
  const filters = useSignal(props.filters);
  const older = useSignal<readonly CallRecord[]>([]);
  const cursor = useSignal(props.first.cursor);
  const open = useOpened("open", props.open);
  const load = () => readRequests(api, queryOf(apiQuery(filters.peek(), Date.now(), CALLS_A_PAGE)));
  const first = useResource(props.first, load, ["request"]);
  const sum = () => readTotals(api, totalsQuery(filters.peek(), Date.now()));
  const totals = useResource(props.totals, sum, ["request"], 3_000);
  const change = (next: Partial<RequestFilters>) => filters.value = { ...filters.value, ...next };
  useEffect(() => {
    if (filters.value === props.filters) return;
    for (const [name, value] of Object.entries(filters.value)) keepInAddress(name, value);
    const timer = setTimeout(async () => {
      await Promise.all([first.refresh(), totals.refresh()]);
      [older.value, cursor.value] = [[], first.value.value.cursor];
    }, 200);
    return () => clearTimeout(timer);
  }, [filters.value]);
  const loadOlder = async () => {
    try {
      const page = await readRequests(
        api,
        queryOf(apiQuery(filters.value, Date.now(), CALLS_A_PAGE, cursor.value)),
      );
      [older.value, cursor.value] = [[...older.value, ...page.items], page.cursor];
    } catch (error) {
      showToast(messageOf(error), { tone: "bad" });
    }
  };
  const newest = first.value.value.items;
  const known = new Set(newest.map((call) => call.id));
  const calls = [...newest, ...older.value.filter((call) => !known.has(call.id))];
  const at = calls.findIndex(({ id }) => id === open.value);
  const filtered = pageQuery(filters.value) !== "";
  return (
    <>
      <FilterBar filters={filters.value} models={props.models} onChange={change} />
      <KindChips filters={filters.value} totals={totals.value.value} onChange={change} />
      <Histogram
        steps={totals.value.value.steps}
        onPick={(since, until) => change({ since: String(since), until: String(until), span: "" })}
      />
      {first.problem.value && <Problem>{text.loadFailed(first.problem.value)}</Problem>}
      {calls.length === 0
        ? (
          <div class="card">
            <Empty icon="requests" title={filtered ? words.nothing : words.empty}>
              {!filtered && (
                <>
                  <p>{words.emptyDetail}</p>
                  <a class="btn mt-3" href="/dashboard/setup?step=3">{words.connect}</a>
                </>
              )}
            </Empty>
          </div>
        )
        : (
          <>
            <TotalsStrip totals={totals.value.value} />
            <RequestTable calls={calls} onOpen={open.open} />
          </>
        )}
      {cursor.value !== "" && (
        <p class="mt-4 text-center">
          <button type="button" class="btn" onClick={loadOlder}>{words.more}</button>
        </p>
      )}
      {open.value !== "" && (
        <RequestDrawer
          id={open.value}
          newer={calls[at - 1]?.id}
          older={at < 0 ? undefined : calls[at + 1]?.id}
          onShow={open.replace}
          onClose={open.close}
        />
      )}
    </>
  );
}
