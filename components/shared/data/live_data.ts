import type { LocalClient } from "../../../src/management/client.ts";
import { callRow, recentCall, requestsView, statsView } from "./rows.ts";
import type {
  BoardView,
  KeyGlanceRow,
  LiveCall,
  OverviewView,
  RecentCall,
  RequestsView,
  StatsView,
} from "./views.ts";

/** What is asked again and again while a page is open. The API is the one source, so the dashboard, the command line and scripts show one number. */
export interface LiveData {
  /** The verdict, the models and the problems: what every page says of the state of the proxy. */
  overview(): Promise<OverviewView>;
  /** Calls in flight and waiting, oldest first. */
  calls(): Promise<readonly LiveCall[]>;
  stats(): Promise<StatsView>;
  /** The first ten, those in trouble before the others. */
  worstKeys(): Promise<readonly KeyGlanceRow[]>;
  /** Models by projects; with words those whose names hold them, asked or not. */
  board(words: string): Promise<BoardView>;
  /** `query` is the page's own query string: q, model, key, client, outcome, since, cursor, limit. */
  requests(query: string): Promise<RequestsView>;
  /** The last calls, the newest first, as the Overview needs them; default: MOST_RECENT. */
  recentCalls(limit?: number): Promise<readonly RecentCall[]>;
}

/** Keys that are shown at a glance. */
const GLANCE = 10;
/** Calls that the Overview looks back on. */
export const MOST_RECENT = 300;

/** The page's query string as the API's own; what it does not take is refused there. */
export function queryOf(text: string): NonNullable<Parameters<LocalClient["requests"]>[0]> {
  return Object.fromEntries(new URLSearchParams(text)) as object;
}

/** The part that is read again and again. */
export function createLiveData(client: LocalClient): LiveData {
  return {
    overview: () => client.overview(),
    calls: async () => (await client.calls()).items,
    stats: async () => statsView(await client.stats()),
    async worstKeys() {
      return (await client.keyPage({ order: "worst", limit: GLANCE })).items.map((
        { id, label, email, tail, status, reason },
      ) => ({ id, label, email: email ?? "", tail, status, reason: reason ?? "" }));
    },
    board: (words) => client.board(words === "" ? {} : { q: words }),
    requests: async (query) => requestsView(await client.requests(queryOf(query))),
    recentCalls: async (limit = MOST_RECENT) =>
      (await client.requests({ limit })).items.map(callRow).map(recentCall),
  };
}
