import { err, type Failure, type Json, ok, type Result } from "../../core/mod.ts";
import type { ResolvedModel } from "../../catalog/mod.ts";
import type { AnyDialect, ClientCall, DecodeInput } from "../../dialects/mod.ts";
import { inlineMedia } from "../../gemini/mod.ts";
import { fetchRemoteMedia, MEDIA_LIMITS } from "./remote_media.ts";
import { findResponse } from "./stored_responses.ts";
import type { ProxyDeps, RequestContext } from "./proxy_deps.ts";

/**
 * Decodes a body for one target model: loads the stored responses it refers to, the signatures that memory lacks, and
 * the media it names by URL. The decoder itself stays pure.
 */
export async function decodeCall(
  deps: ProxyDeps,
  requestContext: RequestContext,
  dialect: AnyDialect,
  body: unknown,
  target: ResolvedModel,
): Promise<Result<ClientCall<unknown>, Failure>> {
  const references = dialect.references?.(body) ?? [];
  const input: DecodeInput = {
    target: { id: target.id, capabilities: target.capabilities },
    signatureOf: (key) => deps.signatures.find(key),
    partsBefore: (key) => deps.signatures.partsBefore(key),
    stored: references.length === 0
      ? NOTHING_STORED
      : await loadStored(deps, requestContext.client, references),
    headers: requestContext.request.headers,
    newId: deps.ports.newId,
  };
  let decoded = dialect.decodeRequest(body, input);
  if (decoded.ok && decoded.value.missingSignatures.length > 0) {
    const found = await deps.signatures.load(decoded.value.missingSignatures);
    if (found) decoded = dialect.decodeRequest(body, input);
  }
  if (decoded.ok && decoded.value.missingSignatures.length === 0) {
    const owner = deps.signatures.loadOwner(decoded.value.request);
    if (owner !== undefined) await owner;
  }
  return decoded.ok && decoded.value.remoteMedia.length > 0
    ? await withMedia(deps, requestContext, decoded.value)
    : decoded;
}

const NOTHING_STORED: ReadonlyMap<string, Json> = new Map();

async function loadStored(
  deps: ProxyDeps,
  client: RequestContext["client"],
  ids: readonly string[],
): Promise<ReadonlyMap<string, Json>> {
  const stored = new Map<string, Json>();
  for (const id of ids) {
    const value = await findResponse(deps.store, client, id);
    if (value !== undefined) stored.set(id, value);
  }
  return stored;
}

async function withMedia(
  deps: ProxyDeps,
  requestContext: RequestContext,
  call: ClientCall<unknown>,
): Promise<Result<ClientCall<unknown>, Failure>> {
  const fetched = await fetchRemoteMedia(call.remoteMedia, {
    signal: requestContext.watch.signal,
    limits: MEDIA_LIMITS,
    totalBytes: deps.settings.maxBodyBytes,
    ...deps.media,
  });
  if (!fetched.ok) return err(fetched.error);
  return ok({ ...call, request: inlineMedia(call.request, fetched.value) });
}
