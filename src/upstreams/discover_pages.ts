import { err, type Failure, isObject, ok, type Result, type SourceName } from "../core/mod.ts";
import type { Upstream } from "./contract.ts";
import { UPSTREAM_BOUNDS } from "./bounds.ts";
import { parseReply, readStart, readWhole } from "./read_reply.ts";
import { ReplyBeyondBounds } from "./unreadable_reply.ts";
import { unreachableFailure } from "./unreachable_failure.ts";

const decoder = new TextDecoder();

type Options = Parameters<Upstream["discover"]>[1];

/** Most pages, against a cycle of page tokens. */
const MOST_PAGES = 20;
/** Models of one credential that are kept; Google has some hundreds. */
const MOST_MODELS = 2_000;

/** A list of models that Google gives by pages. */
export interface PagedList<Item> {
  readonly source: SourceName;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly pageSize: number;
  /** The field of a page that holds its models. */
  readonly field: string;
  /** What to read of a model; undefined leaves it out. */
  readonly read: (model: Record<string, unknown>) => Item | undefined;
  readonly classify: Upstream["classifyFailure"];
  readonly sentences: { readonly unreachable: string; readonly notAList: string };
}

/** Follows the pages, which take no quota; the first refusal ends it. Rejects only when the signal aborts. */
export async function discoverPages<Item>(
  list: PagedList<Item>,
  options: Options,
): Promise<Result<readonly Item[], Failure>> {
  const items: Item[] = [];
  let token = "";
  for (let count = 0; count < MOST_PAGES; count++) {
    const page = await fetchPage(list, token, options);
    if (!page.ok) return page;
    for (const item of itemsIn(page.value, list)) {
      if (items.length >= MOST_MODELS) return ok(items);
      items.push(item);
    }
    const next = page.value["nextPageToken"];
    if (typeof next !== "string" || next === "") break;
    token = next;
  }
  return ok(items);
}

async function fetchPage<Item>(
  list: PagedList<Item>,
  token: string,
  { fetch, signal, now }: Options,
): Promise<Result<Record<string, unknown>, Failure>> {
  const url = new URL(list.url);
  url.searchParams.set("pageSize", String(list.pageSize));
  if (token !== "") url.searchParams.set("pageToken", token);
  try {
    const response = await fetch(url, { headers: list.headers, redirect: "manual", signal });
    const body = response.ok
      ? decoder.decode(await readWhole(response, UPSTREAM_BOUNDS.answerBytes))
      : await readStart(response, UPSTREAM_BOUNDS.refusalBytes);
    if (response.ok) return readPage(list, body);
    return err(list.classify({ status: response.status, body, headers: response.headers, model: "", now }));
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof ReplyBeyondBounds) return err(tooMuch(list, error));
    return err(unreachableFailure(list.source, list.sentences.unreachable, error));
  }
}

/** The failure of a list that is too large, which is not a network fault. */
function tooMuch<Item>({ source }: PagedList<Item>, { message }: ReplyBeyondBounds): Failure {
  return {
    class: "unknown",
    status: 502,
    source,
    scope: "request",
    message: `The model list cannot be taken: ${message}`,
  };
}

function readPage<Item>(list: PagedList<Item>, body: string): Result<Record<string, unknown>, Failure> {
  let parsed: unknown;
  try {
    parsed = parseReply(body);
  } catch {
    parsed = undefined;
  }
  if (isObject(parsed)) return ok(parsed);
  return err({
    class: "unknown",
    status: 502,
    source: list.source,
    scope: "request",
    message: list.sentences.notAList,
  });
}

function itemsIn<Item>(page: Record<string, unknown>, { field, read }: PagedList<Item>): readonly Item[] {
  const listed = Array.isArray(page[field]) ? page[field].filter(isObject) : [];
  return listed.flatMap((model) => read(model) ?? []);
}
