import type { ResolvedModel } from "../../catalog/mod.ts";
import { err, type Failure, invalidRequest, type Json, ok, type Result } from "../../core/mod.ts";
import type { AnyDialect, ClientCall, DecodeInput, RemoteMedia } from "../../dialects/mod.ts";
import { type Blob64, inlineMedia, mimeFromName, mimeOf } from "../../gemini/mod.ts";
import { BOUNDS } from "../bounds.ts";
import type { ProxyDeps, RequestContext } from "./proxy_deps.ts";
import type { SsrfSafeFetchOptions } from "./ssrf_safe_fetch.ts";
import { findResponse } from "./stored_responses.ts";

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

/** As large as Gemini takes inline in one request after encoding, and as long as a user waits for a picture. */
export const MEDIA_LIMITS = { bytes: 20 * 1024 * 1024, ms: 15_000, redirects: 4 };

/** Fetches the media that a request names by URL. A failed fetch is an invalid request, named by its field. */
export async function fetchRemoteMedia(
  media: readonly RemoteMedia[],
  { totalBytes, ...options }: SsrfSafeFetchOptions & { readonly totalBytes: number },
): Promise<Result<ReadonlyMap<string, Blob64>, Failure>> {
  if (new Set(media.map(({ url }) => url)).size > BOUNDS.mediaUrls) return err(tooMany(media));
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(BOUNDS.mediaMs)]);
  // It needs Node's HTTP, which takes 25 ms and 8 MiB: loaded with the first media by URL.
  const { ssrfSafeFetch, SsrfSafeFetchError } = await import("./ssrf_safe_fetch.ts");
  const blobs = new Map<string, Blob64>();
  let left = totalBytes;
  for (const { url, param, mimeType } of media) {
    if (blobs.has(url)) continue;
    try {
      const bytes = Math.min(left, options.limits.bytes);
      const file = await ssrfSafeFetch(url, { ...options, signal, limits: { ...options.limits, bytes } });
      left -= file.bytes.byteLength;
      const data = file.bytes.toBase64();
      const said = mimeType ?? plainType(file.type) ?? mimeFromName(new URL(url).pathname);
      blobs.set(url, { mimeType: mimeOf(said, data), data });
    } catch (cause) {
      const why = cause instanceof SsrfSafeFetchError ? cause.message : "cannot be fetched";
      return err(invalidRequest(`The URL in ${param} ${why}`, { param, code: "invalid_media_url" }));
    }
  }
  return ok(blobs);
}

function tooMany(media: readonly RemoteMedia[]): Failure {
  const { param = "media" } = media[BOUNDS.mediaUrls] ?? {};
  return invalidRequest(`One request names at most ${BOUNDS.mediaUrls} media by URL`, { param });
}

function plainType(type: string | undefined): string | undefined {
  return type?.split(";")[0]?.trim().toLowerCase();
}
