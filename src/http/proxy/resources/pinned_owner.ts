import {
  type Credential,
  type CredentialId,
  type Failure,
  ok,
  parseForeign,
  type Result,
  sourcesServing,
} from "../../../core/mod.ts";
import type { GeminiRequest } from "../../../gemini/mod.ts";
import type { LeaseRequest } from "../../../pool/contract.ts";
import { type CallTrace, relayResource } from "../../../relay/mod.ts";
import type { ProxyDeps, RequestContext } from "../proxy_deps.ts";
import { referencesIn } from "./names.ts";
import { firstWith } from "./owner_of_call.ts";

const encoder = new TextEncoder();
/**
 * Texts, one of which is in every body that names a file or a cached content; a body without them need not be
 * parsed.
 */
const MARKS = ["cachedContents", "/files", '"files', '"fileSearchStores'].map((mark) => encoder.encode(mark));
const SLASH = 0x2f;
const MOST_READ = 1024 * 1024;

/** Keys of one project, the creator of the resource first. */
type Keys = ReadonlySet<CredentialId>;

/** The keys that may serve a request; undefined when any may. */
type Pin = Result<Keys | undefined, Failure>;

/**
 * The keys that may serve a Gemini request that names a file, a cached content or a store; synchronous when it
 * names none.
 */
export function pinOfRequest(
  deps: ProxyDeps,
  requestContext: RequestContext,
  trace: CallTrace,
  request: GeminiRequest,
): Pin | Promise<Pin> {
  const files = request.contents.flatMap(({ parts }) => parts.flatMap(({ fileData }) => fileData ?? []));
  const searches = request.tools?.filter((tool) => "fileSearch" in tool) ?? [];
  if (request.cachedContent === undefined && files.length === 0 && searches.length === 0) {
    return ok(undefined);
  }
  const { cachedContent } = request;
  return pinOf(deps, requestContext, trace, [{ cachedContent }, files, searches]);
}

/** The same for a native client's bytes. */
export function pinOfBytes(
  deps: ProxyDeps,
  requestContext: RequestContext,
  trace: CallTrace,
  bytes: Uint8Array<ArrayBuffer>,
): Pin | Promise<Pin> {
  return maybeNames(bytes) ? pinOfNames(deps, requestContext, trace, bytes) : ok(undefined);
}

/**
 * Looks only at slashes, as a body may have many megabytes: searching it for each text would take as long as all
 * the rest.
 */
function maybeNames(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(SLASH); at >= 0; at = bytes.indexOf(SLASH, at + 1)) {
    if (MARKS.some((mark) => endsWith(bytes, at, mark))) return true;
  }
  return false;
}

function endsWith(bytes: Uint8Array, end: number, mark: Uint8Array): boolean {
  const start = end - mark.length;
  if (start < 0) return false;
  for (let index = mark.length - 1; index >= 0; index--) {
    if (bytes[start + index] !== mark[index]) return false;
  }
  return true;
}

async function pinOfNames(
  deps: ProxyDeps,
  requestContext: RequestContext,
  trace: CallTrace,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Pin> {
  try {
    return await pinOf(deps, requestContext, trace, parseForeign(new TextDecoder().decode(bytes)));
  } catch {
    // Google will refuse it.
    return ok(undefined);
  }
}

async function pinOf(
  deps: ProxyDeps,
  requestContext: RequestContext,
  trace: CallTrace,
  body: unknown,
): Promise<Pin> {
  const references = referencesIn(body);
  if (references.length === 0) return ok(undefined);
  const { finder, registry } = deps.resources;
  const ask = async (name: string) =>
    await firstWith(
      registry.onePerProject((credential) => questionWait(deps, requestContext, credential)),
      (credential) => hasResource(deps, requestContext, trace, credential, name),
    );
  const owner = await finder.find(references, requestContext.client, ask);
  if (!owner.ok || owner.value === undefined) return owner.ok ? ok(undefined) : owner;
  return ok(new Set(owner.value.usable.map(({ id }) => id)));
}

/** The lease request for a question to a key's project about its resources. */
function questionRequest(requestContext: RequestContext, pinned: CredentialId): Omit<LeaseRequest, "tried"> {
  return {
    model: "",
    operation: "resource",
    sources: sourcesServing("resource"),
    inputTokens: 0,
    session: requestContext.requestId,
    client: requestContext.client.id,
    counted: false,
    pinned,
  };
}

/** How long a question to a key would have to wait now. */
export function questionWait(
  { pool }: ProxyDeps,
  requestContext: RequestContext,
  { id }: Pick<Credential, "id">,
): number {
  return pool.expectedWait({ ...questionRequest(requestContext, id), tried: NONE });
}

const NONE: ReadonlySet<CredentialId> = new Set();
/** A question that concerns all projects does not wait longer for one of them. */
export const MOST_WAIT_MS = 3_000;

/** Whether a key's project has a resource. */
export async function hasResource(
  deps: ProxyDeps,
  requestContext: RequestContext,
  trace: CallTrace,
  credential: Credential,
  name: string,
): Promise<boolean> {
  if (questionWait(deps, requestContext, credential) > MOST_WAIT_MS) return false;
  const reply = await relayResource(deps, {
    leaseRequest: questionRequest(requestContext, credential.id),
    trace,
    client: requestContext.watch,
    mostRead: MOST_READ,
    named: true,
    build: ({ upstream, credential: key }) =>
      upstream.passThrough!({ method: "GET", path: `/v1beta/${name}`, query: "", headers: {} }, key),
  });
  if (reply.ok && reply.value.body instanceof ReadableStream) await reply.value.body.cancel();
  return reply.ok;
}
