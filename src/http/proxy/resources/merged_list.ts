import {
  backText,
  type Credential,
  type Failure,
  invalidRequest,
  isObject,
  type JsonObject,
  OWNER,
  parseForeign,
} from "../../../core/mod.ts";
import { relayResource, unreadableFailure } from "../../../relay/mod.ts";
import type { RequestTarget } from "../../request_target.ts";
import { json } from "../answer_turn.ts";
import { forwardedHeaders, forwardedQuery } from "../native_path.ts";
import { refuseNative } from "../native_route.ts";
import { replyHeaders } from "../reply_headers.ts";
import { namesInReply } from "./names.ts";
import { keyName } from "./registry.ts";
import { MOST_WAIT_MS, questionWait } from "./pinned_owner.ts";
import { parsedReply } from "./reply_pass.ts";
import { leaseRequestOf, MOST_READ, type ResourceRequest } from "./resource_request.ts";

/** Google's own page sizes. */
const PAGE = { usual: 50, most: 1000 };
/** Most pages read for one reply of ours; the rest comes with the next token. */
const MOST_PAGES = 100;

/** The position where a list continues: a project by its key, and Google's own token for its next page. */
interface Position {
  readonly key: string;
  readonly token: string;
}

interface Page {
  readonly field: string;
  readonly items: readonly unknown[];
  readonly next: string;
  /** As Google spells it in this collection. */
  readonly nextField: string;
}

/**
 * Lists a collection over all projects, limited to the client's own items, with a token of our own for the next
 * page.
 */
export async function mergedList(call: ResourceRequest): Promise<Response> {
  const { deps, requestContext, trace } = call;
  const { searchParams } = requestContext.target.url;
  const asked = Number(searchParams.get("pageSize") ?? searchParams.get("page_size") ?? PAGE.usual);
  const size = Math.min(PAGE.most, asked >= 1 ? Math.floor(asked) : PAGE.usual);
  const start = positionOf(searchParams.get("pageToken") ?? searchParams.get("page_token") ?? "");
  if (start === undefined) {
    const failure = invalidRequest("The page token is not one of this proxy's: begin the list again", {
      param: "pageToken",
    });
    return refuseNative(deps, requestContext, { failure }, trace);
  }
  const keys = deps.resources.registry.onePerProject((key) => questionWait(deps, requestContext, key));
  const project = deps.resources.registry.credentials().find(({ id }) => id === start.key)?.project;
  const from = start.key === ""
    ? 0
    : keys.findIndex((key) => key.id === start.key || (project !== undefined && key.project === project));
  if (from < 0) {
    const failure = invalidRequest(
      "The key that this list goes on with cannot serve any more: begin the list again",
      {
        param: "pageToken",
      },
    );
    return refuseNative(deps, requestContext, { failure }, trace);
  }
  const listed = await gather(call, keys.slice(from), size, start.token);
  if ("failure" in listed) return refuseNative(deps, requestContext, { failure: listed.failure }, trace);
  const headers = replyHeaders(trace, deps.ports.clock.now());
  trace.record(200);
  return json(
    {
      ...(listed.items.length === 0 ? {} : { [listed.field]: listed.items }),
      ...(listed.next === undefined ? {} : { [listed.nextField]: encodePosition(listed.next) }),
    } as JsonObject,
    headers,
  );
}

interface Gathered {
  readonly field: string;
  readonly nextField: string;
  readonly items: readonly unknown[];
  readonly next: Position | undefined;
}

async function gather(
  call: ResourceRequest,
  keys: readonly Credential[],
  size: number,
  start: string,
): Promise<Gathered | { readonly failure: Failure }> {
  const items: unknown[] = [];
  let field = call.path.segments.at(-1)!;
  let nextField = "nextPageToken";
  let pages = 0;
  let failure: Failure | undefined;
  let answered = false;
  for (const [index, credential] of keys.entries()) {
    let token = index === 0 ? start : "";
    do {
      if (items.length >= size) {
        return { field, nextField, items, next: await positionOfMore(call, keys.slice(index), token) };
      }
      if (pages >= MOST_PAGES) return { field, nextField, items, next: { key: credential.id, token } };
      const page = await pageOf(call, credential, token, size - items.length);
      pages++;
      if ("failure" in page) {
        if (page.failure.class === "client_gone") return page;
        failure ??= page.failure;
        if (page.failure.status !== 404) {
          call.trace.warnings.push(
            `What the key ${keyName(credential)} owns is missing: ${page.failure.message}`,
          );
        }
        break;
      }
      answered = true;
      if (page.items.length > 0) field = page.field;
      nextField = page.nextField;
      items.push(...page.items);
      token = page.next;
    } while (token !== "");
  }
  if (answered) return { field, nextField, items, next: undefined };
  if (failure === undefined || failure.status === 404) failure = unknownCollection(call);
  return { failure };
}

/**
 * The position of the next item visible to this client; undefined when there is none. Google's SDK for Python
 * fails on an empty last page, so no token is given for one.
 */
async function positionOfMore(
  call: ResourceRequest,
  keys: readonly Credential[],
  start: string,
): Promise<Position | undefined> {
  let pages = 0;
  for (const [index, credential] of keys.entries()) {
    let token = index === 0 ? start : "";
    do {
      const page = await pageOf(call, credential, token, 1);
      if ("failure" in page) break;
      if (page.items.length > 0 || ++pages >= MOST_PAGES) return { key: credential.id, token };
      token = page.next;
    } while (token !== "");
  }
  return undefined;
}

function unknownCollection({ path, requestContext }: ResourceRequest): Failure {
  return invalidRequest(
    `There is no route ${requestContext.request.method} for ${
      path.segments.join("/").slice(0, 120)
    }: Google does not know it either`,
    { status: 404, code: "unknown_url" },
  );
}

async function pageOf(
  call: ResourceRequest,
  credential: Credential,
  token: string,
  size: number,
): Promise<Page | { readonly failure: Failure }> {
  const { deps, requestContext, trace } = call;
  const wait = questionWait(deps, requestContext, credential);
  // An infinite wait ends by an event: a key in use is asked when one of its calls has ended.
  if (wait > MOST_WAIT_MS && wait !== Infinity) return { failure: notNow(deps.ports.clock.now(), wait) };
  const reply = await relayResource(deps, {
    leaseRequest: leaseRequestOf(call, new Set([credential.id]), undefined),
    named: true,
    trace,
    client: requestContext.watch,
    mostRead: MOST_READ,
    build: ({ upstream, credential: key }) =>
      upstream.passThrough!({
        method: "GET",
        path: requestContext.target.url.pathname,
        query: queryOf(requestContext.target, token, size),
        headers: forwardedHeaders(requestContext.request.headers),
      }, key),
  });
  if (!reply.ok) return { failure: reply.error.failure };
  const { body } = reply.value;
  if (!(body instanceof Uint8Array)) {
    await body.cancel();
    return {
      failure: invalidRequest("Google's list is too long to be read: ask for a smaller page", {
        status: 502,
      }),
    };
  }
  const answer = parsedReply(body);
  if (!isObject(answer)) return { failure: unreadableFailure("no list") };
  const read = readPage(answer, size);
  return { ...read, items: await ownItems(call, credential, read) };
}

function notNow(now: number, wait: number): Failure {
  const until = now + wait;
  return {
    class: "rate_limit",
    status: 429,
    message: `The key that holds it is cooling down. Try again ${backText(until, now)}.`,
    until,
    scope: "request",
  };
}

/** Records the owners of items; a client sees only those that it made. */
async function ownItems(
  call: ResourceRequest,
  credential: Credential,
  page: Page,
): Promise<readonly unknown[]> {
  const { registry } = call.deps.resources;
  const { client } = call.requestContext;
  const mine: unknown[] = [];
  for (const item of page.items) {
    const names = namesInReply(item, call.path.collection);
    const main = names.find((name) =>
      isObject(item) && (name === item["name"] || name.endsWith(`/${item["id"]}`))
    ) ??
      names[0];
    if (main === undefined) {
      if (client.owner) mine.push(item);
      continue;
    }
    const known = await registry.find(main, client);
    if (known === "unknown") {
      // Items made elsewhere belong to the owner.
      await registry.remember(main, credential.id, OWNER);
      if (client.owner) mine.push(item);
    } else if (known !== "foreign") mine.push(item);
  }
  return mine;
}

/** A page has at most as many items as it was asked for: each is looked up, and noted where it is new. */
function readPage(body: Record<string, unknown>, most: number): Page {
  const list = Object.entries(body).find(([, value]) => Array.isArray(value));
  const nextField = "next_page_token" in body ? "next_page_token" : "nextPageToken";
  const next = body[nextField];
  return {
    field: list?.[0] ?? "",
    items: ((list?.[1] as readonly unknown[] | undefined) ?? []).slice(0, most),
    next: typeof next === "string" ? next : "",
    nextField,
  };
}

function queryOf(target: RequestTarget, token: string, size: number): string {
  const query = new URLSearchParams(forwardedQuery(target));
  const snake = query.has("page_size") || query.has("page_token");
  for (const name of ["pageSize", "page_size", "pageToken", "page_token"]) query.delete(name);
  query.set(snake ? "page_size" : "pageSize", String(size));
  if (token !== "") query.set(snake ? "page_token" : "pageToken", token);
  return `?${query}`;
}

const LONGEST_TOKEN = 4000;

function encodePosition({ key, token }: Position): string {
  return btoa(
    JSON.stringify([key, token]).replace(
      /[\u0080-\uffff]/g,
      (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
    ),
  ).replace(/\+/g, "-").replace(/\//g, "_");
}

function positionOf(text: string): Position | undefined {
  if (text === "") return { key: "", token: "" };
  if (text.length > LONGEST_TOKEN) return undefined;
  try {
    const read: unknown = parseForeign(atob(text.replace(/-/g, "+").replace(/_/g, "/")));
    if (!Array.isArray(read)) return undefined;
    const [key, token] = read as readonly unknown[];
    return typeof key === "string" && typeof token === "string" ? { key, token } : undefined;
  } catch {
    return undefined;
  }
}
