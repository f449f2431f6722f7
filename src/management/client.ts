import type { z } from "zod";
import type { LiveEvent, LiveEventName } from "../ledger/contract.ts";
import { PATHS, type RouteName } from "./paths.ts";
import type { Route } from "./route.ts";
import type { Routes } from "./routes.ts";
import type { Wire } from "./schema/fields.ts";

/** A management error, with the API's message. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    /** Machine word: `not_found`, `conflict`, `duplicate`, `invalid`, ... */
    readonly code: string,
    message: string,
    /** The field at fault. */
    readonly param: string | undefined,
  ) {
    super(message);
  }
}

export interface ClientOptions {
  /** Where the proxy listens, without a slash at the end; empty for the page's own origin. */
  readonly base: string;
  readonly token?: string;
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/** The path's parameters, one text each. */
type PathArguments<Path extends string> = Path extends `${string}{${string}}${infer Rest}`
  ? [part: string, ...PathArguments<Rest>]
  : [];
type InputOf<Schema> = Schema extends z.ZodType ? Wire<Schema> : never;

/** A body with the `updatedAt` that was seen, for If-Match; or a query. */
type InputArguments<One> = One extends Route<infer _Params, infer Query, infer Body, infer _Reply>
  ? Body extends z.ZodType ? [body?: InputOf<Body>, seen?: string]
  : Query extends z.ZodType ? [query?: InputOf<Query>]
  : []
  : never;
type ReplyOf<One> = One extends { readonly reply: infer Reply extends z.ZodType } ? Wire<Reply> : never;

/**
 * One function per route: path parameters, then the body (and what was seen of it) or the query. Throws an
 * ApiError.
 */
export type LocalClient = {
  readonly [Name in Exclude<RouteName, "events">]: (
    ...given: [...PathArguments<typeof PATHS[Name]>, ...InputArguments<Routes[Name]>]
  ) => Promise<ReplyOf<Routes[Name]>>;
};

/** The same with live events, which need a server. */
export type Client = LocalClient & {
  /** Live events until the signal aborts or the server ends. Pass the last id to resume. */
  events(signal: AbortSignal, lastEventId?: number): AsyncGenerator<LiveEvent>;
};

/** The management API as functions, made from the table of routes. */
export function createClient(options: ClientOptions): Client {
  return {
    ...createPageClient(options),
    events: (signal, lastEventId) => readEvents(options, signal, lastEventId),
  };
}

/** The same without live events: a page has the browser's own reader of them. */
export function createPageClient(options: ClientOptions): LocalClient {
  const functions = Object.entries(PATHS).map(([name, at]) => [name, functionOf(options, at)]);
  return Object.fromEntries(functions) as LocalClient;
}

/** The same functions over a client that is created on the first call. */
export function localClientOnUse(client: () => Promise<LocalClient>): LocalClient {
  const functions = Object.keys(PATHS).filter((name) => name !== "events").map((name) => [
    name,
    async (...given: unknown[]) => {
      const made = await client() as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>;
      return await made[name]!(...given);
    },
  ]);
  return Object.fromEntries(functions) as LocalClient;
}

/** Every item of a list that is paged; with `most` it reads no page more once it has that many. */
export async function everyItem<Query extends object, Item>(
  read: (query?: Query & { readonly limit: number; readonly cursor?: string }) => Promise<PageOf<Item>>,
  query: Query,
  most: number = Infinity,
): Promise<readonly Item[]> {
  const found: Item[] = [];
  let cursor: string | null | undefined;
  while (cursor !== null && found.length < most) {
    const page: PageOf<Item> = await read({
      limit: MOST_ITEMS,
      ...query,
      ...(cursor === undefined ? {} : { cursor }),
    });
    found.push(...page.items);
    cursor = page.next;
  }
  return found;
}

interface PageOf<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** The largest page that the API returns. */
const MOST_ITEMS = 500;

function functionOf(options: ClientOptions, at: string) {
  const [method = "", path = ""] = at.split(" ");
  const pieces = path.split(/\{\w+\}/);
  const sendsBody = method !== "GET" && method !== "DELETE";
  return async (...given: unknown[]): Promise<unknown> => {
    const filled = pieces.map((piece, index) =>
      index === 0 ? piece : encodeURIComponent(String(given[index - 1])) + piece
    ).join("");
    const [input, seen] = given.slice(pieces.length - 1);
    const query = sendsBody ? "" : queryText(input);
    return await call(options, method, filled + query, sendsBody ? input ?? {} : undefined, seen);
  };
}

function queryText(query: unknown): string {
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, String(value)]);
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs)}`;
}

async function call(
  { base, token, fetch: ask = (url, init) => fetch(url, init) }: ClientOptions,
  method: string,
  path: string,
  body: unknown,
  seen: unknown,
): Promise<unknown> {
  const response = await ask(base + path, {
    method,
    headers: {
      accept: "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(seen === undefined ? {} : { "if-match": `"${seen}"` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw await apiError(response);
  return await valueIn(response);
}

/** Reads an answer: JSON, or text of another kind. */
export async function valueIn(response: Response): Promise<unknown> {
  const type = response.headers.get("content-type") ?? "";
  return type.startsWith("application/json") ? await response.json() : await response.text();
}

/** Reads the body of a refusal. */
async function apiError(response: Response): Promise<ApiError> {
  const reply = await response.json().catch(() => undefined) as
    | { error?: { message?: unknown; code?: unknown; param?: unknown } }
    | undefined;
  const { message, code, param } = reply?.error ?? {};
  return new ApiError(
    response.status,
    typeof code === "string" ? code : "failed",
    typeof message === "string" ? message : `The server answered with status ${response.status}`,
    typeof param === "string" ? param : undefined,
  );
}

async function* readEvents(
  { base, token, fetch: ask = (url, init) => fetch(url, init) }: ClientOptions,
  signal: AbortSignal,
  lastEventId?: number,
): AsyncGenerator<LiveEvent> {
  const response = await ask(`${base}/api/events`, {
    signal,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
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
  // deno-lint-ignore geminitro/foreign-json -- this program wrote it
  return { id: Number(fields.get("id") ?? 0), name: name as LiveEventName, data: JSON.parse(data) };
}
