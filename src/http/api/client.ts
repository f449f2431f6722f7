import type {
  AddedKey,
  AddKeysInput,
  Admin,
  BackupReport,
  CapInput,
  ClientInput,
  ImportInput,
  ImportReport,
  KeyEdit,
  RequestPage,
  SafeKey,
  SettingsChange,
} from "../../admin/mod.ts";
import type { Json, JsonObject } from "../../core/mod.ts";
import type { LiveEvent, LiveEventName } from "../../ledger/mod.ts";

/** A management error, in the API's own words. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly param: string | undefined,
  ) {
    super(message);
  }
}

export interface ApiClientOptions {
  /** Where the proxy listens, without a slash at the end; empty for the page's own origin. */
  readonly base: string;
  readonly token?: string;
  readonly fetch?: typeof fetch;
}

type Answer<Method extends keyof Admin> = Admin[Method] extends (...args: never) => Promise<infer Value>
  ? Value extends { readonly ok: true; readonly value: infer Inner } ? Inner
  : Value
  : never;
/** What a use-case gives when it goes well. */
type Good<Method extends keyof Admin> = Exclude<Answer<Method>, { readonly ok: false }>;

export type ApiClient = ReturnType<typeof createApiClient>;

/** The management API as functions; each throws an ApiError when the server says no. */
export function createApiClient(options: ApiClientOptions) {
  const call = createCall(options);
  const get = <Value>(path: string, query: object = {}) => call<Value>("GET", path + queryText(query));
  const put = <Value>(path: string, body: unknown, expected?: number) =>
    call<Value>("PUT", path, body, expected);
  const post = <Value>(path: string, body: unknown = {}, expected?: number) =>
    call<Value>("POST", path, body, expected);
  const remove = <Value>(path: string) => call<Value>("DELETE", path);
  return {
    health: () => get<Good<"health">>("/api/health"),
    keys: () => get<readonly SafeKey[]>("/api/keys/safe"),
    addKeys: (input: AddKeysInput) =>
      post<{ readonly added: number; readonly failed: number; readonly results: readonly AddedKey[] }>(
        "/api/keys",
        input,
      ),
    editKey: (id: string, edit: KeyEdit, expected?: number) =>
      call<SafeKey>("PATCH", `/api/keys/${part(id)}`, edit, expected),
    removeKey: (id: string) => remove<Good<"removeKey">>(`/api/keys/${part(id)}`),
    restoreKey: (undo: string) => post<SafeKey>("/api/keys/restore", { undo }),
    checkKey: (id: string) => post<Good<"checkKey">>(`/api/keys/${part(id)}/check`),
    checkAllKeys: () => post<{ readonly results: Good<"checkAllKeys"> }>("/api/keys/check"),
    liftCooldown: (id: string, scope?: string) =>
      post<{ readonly id: string }>(`/api/keys/${part(id)}/lift`, scope === undefined ? {} : { scope }),
    models: () => get<ReturnType<Admin["models"]>>("/api/models"),
    refreshModels: () => post<{ readonly results: Good<"refreshModels"> }>("/api/models"),
    aliases: () => get<Good<"aliases">>("/api/aliases"),
    putAlias: (name: string, target: string, expected?: number) =>
      put<Good<"putAlias">>(`/api/aliases/${part(name)}`, { target }, expected),
    removeAlias: (name: string) => remove<{ readonly name: string }>(`/api/aliases/${part(name)}`),
    quotaGroups: () => get<Good<"quotaGroups">>("/api/quota-groups"),
    putQuotaGroup: (name: string, models: readonly string[], expected?: number) =>
      put<Good<"putQuotaGroup">>(`/api/quota-groups/${part(name)}`, { models }, expected),
    removeQuotaGroup: (name: string) => remove<{ readonly name: string }>(`/api/quota-groups/${part(name)}`),
    fallbacks: () => get<Good<"fallbacks">>("/api/fallbacks"),
    putFallback: (model: string, to: readonly string[], expected?: number) =>
      put<Good<"putFallback">>(`/api/fallbacks/${part(model)}`, { to }, expected),
    removeFallback: (model: string) => remove<{ readonly model: string }>(`/api/fallbacks/${part(model)}`),
    caps: () => get<Good<"caps">>("/api/stats/caps"),
    putCap: (input: CapInput, expected?: number) =>
      post<{ readonly cap: Good<"putCap"> }>("/api/stats/caps", input, expected),
    removeCap: (model: string) => remove<{ readonly model: string }>(`/api/stats/caps/${part(model)}`),
    capProgress: () => get<Good<"capProgress">>("/api/stats/caps/progress"),
    capCheck: (model: string) => get<Good<"capCheck"> | null>(`/api/stats/caps/check/${part(model)}`),
    setCapSchedule: (change: { readonly resetTime?: string; readonly timezone?: string }) =>
      post<Good<"setCapSchedule">>("/api/stats/caps/config", change),
    stats: () => get<Good<"stats">>("/api/stats"),
    unifiedStats: (query: { readonly since?: number; readonly model?: string } = {}) =>
      get<Good<"unifiedStats">>("/api/stats/unified", query),
    quotaSummary: () => get<Good<"quotaSummary">>("/api/stats/quota-summary"),
    series: (query: Partial<Parameters<Admin["series"]>[0]> = {}) =>
      get<Good<"series">>("/api/stats/series", query),
    buckets: () => get<Good<"buckets">>("/api/buckets"),
    requests: (query: object = {}) => get<RequestPage>("/api/requests", query),
    request: (id: string) => get<Good<"request">>(`/api/requests/${part(id)}`),
    logs: (query: object = {}) => get<Good<"logs">>("/api/logs", query),
    clients: () => get<Good<"clients">>("/api/clients"),
    addClient: (input: ClientInput) => post<Good<"addClient">>("/api/clients", input),
    revokeClient: (id: string) => remove<Good<"revokeClient">>(`/api/clients/${part(id)}`),
    settings: () => get<Good<"settings">>("/api/settings"),
    changeSettings: (change: SettingsChange, expected?: number) =>
      post<Good<"changeSettings">>("/api/settings", change, expected),
    preferences: () => get<JsonObject>("/api/preferences"),
    setPreferences: (change: JsonObject) => post<JsonObject>("/api/preferences", change),
    setupState: () => get<Good<"setupState">>("/api/setup-state"),
    exportFile: (passphrase?: string) =>
      passphrase === undefined
        ? get<JsonObject>("/api/export")
        : post<JsonObject>("/api/export", { passphrase }),
    backUp: () => post<BackupReport>("/api/backup", {}),
    importFile: (input: ImportInput) => post<ImportReport>("/api/import", input),
    events: (signal: AbortSignal, lastEventId?: number) => readEvents(options, signal, lastEventId),
  };
}

function part(text: string): string {
  return encodeURIComponent(text);
}

function queryText(query: object): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, String(value)]);
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs)}`;
}

function headersOf({ token }: ApiClientOptions): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

function createCall(options: ApiClientOptions) {
  return async <Value>(method: string, path: string, body?: unknown, expected?: number): Promise<Value> => {
    const response = await (options.fetch ?? fetch)(options.base + path, {
      method,
      headers: {
        ...headersOf(options),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(expected === undefined ? {} : { "if-match": `"${expected}"` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw await apiError(response);
    // Both ends are this program: the server's schemas and these types are made of the same use-cases.
    return await response.json() as Value;
  };
}

async function apiError(response: Response): Promise<ApiError> {
  const reply = await response.json().catch(() => undefined) as
    | { error?: Record<string, unknown> }
    | undefined;
  const { message, code, param } = reply?.error ?? {};
  return new ApiError(
    response.status,
    typeof code === "string" ? code : "failed",
    typeof message === "string" ? message : `The server answered with status ${response.status}`,
    typeof param === "string" ? param : undefined,
  );
}

/** Live events until the signal aborts or the server ends. Give the last id again to go on. */
async function* readEvents(
  options: ApiClientOptions,
  signal: AbortSignal,
  lastEventId?: number,
): AsyncGenerator<LiveEvent> {
  const response = await (options.fetch ?? fetch)(`${options.base}/api/events`, {
    signal,
    headers: {
      ...headersOf(options),
      ...(lastEventId === undefined ? {} : { "last-event-id": String(lastEventId) }),
    },
  });
  if (!response.ok || response.body === null) throw await apiError(response);
  let text = "";
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    text += piece;
    const frames = text.split("\n\n");
    text = frames.pop() ?? "";
    for (const frame of frames) {
      const event = eventOf(frame);
      if (event !== undefined) yield event;
    }
  }
}

function eventOf(frame: string): LiveEvent | undefined {
  const fields = new Map(
    frame.split("\n").flatMap((line) => {
      const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value] as const];
    }),
  );
  const [name, data] = [fields.get("event"), fields.get("data")];
  if (name === undefined || data === undefined) return undefined;
  return { id: Number(fields.get("id") ?? 0), name: name as LiveEventName, data: JSON.parse(data) as Json };
}
