import { fields, text } from "./fields.ts";
import { keyRows } from "./key_rows.ts";
import { bucketRows, capsView } from "./quota_rows.ts";
import { callDetail, healthView, requestsView, statsView } from "./traffic_views.ts";
import type {
  BucketRow,
  CallDetail,
  CapsView,
  HealthView,
  KeyRow,
  RequestsView,
  StatsView,
} from "./views.ts";

/** Asks the management API: on the server in the same process with the owner's rights, in the browser by fetch. */
export type AskApi = (path: string, init?: RequestInit) => Promise<Response>;

/** What is asked again and again while a page is open. The API is the one source, so the dashboard, the command line and scripts show one number. */
export interface LiveData {
  health(): Promise<HealthView>;
  stats(): Promise<StatsView>;
  keys(): Promise<readonly KeyRow[]>;
  buckets(): Promise<readonly BucketRow[]>;
  caps(): Promise<CapsView>;
  /** `query` is the page's own query string: q, model, key, client, outcome, since, cursor, limit. */
  requests(query: string): Promise<RequestsView>;
  request(id: string): Promise<CallDetail | undefined>;
}

/** A management error, in the API's own words. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Reads an answer as JSON; throws an ApiError with the API's message when it is not a success. */
export async function readJson(response: Response): Promise<unknown> {
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) return body;
  const error = fields(body)["error"];
  throw new ApiError(
    response.status,
    text(fields(error)["message"], text(error, `The server answered ${response.status}.`)),
  );
}

export function createLiveData(ask: AskApi): LiveData {
  const get = async (path: string) => readJson(await ask(path));
  return {
    health: async () => healthView(await get("/api/health")),
    stats: async () => statsView(await get("/api/stats")),
    keys: async () => keyRows(await get("/api/keys/safe")),
    buckets: async () => bucketRows(await get("/api/buckets")),
    caps: async () =>
      capsView(...await Promise.all([get("/api/stats/caps"), get("/api/stats/caps/progress")])),
    requests: async (query) => requestsView(await get(`/api/requests${query === "" ? "" : `?${query}`}`)),
    request: async (id) => callDetail(await get(`/api/requests/${encodeURIComponent(id)}`)),
  };
}
