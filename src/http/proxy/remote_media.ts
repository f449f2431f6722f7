import { err, type Failure, invalidRequest, ok, type Result } from "../../core/mod.ts";
import type { RemoteMedia } from "../../dialects/mod.ts";
import { type Blob64, mimeFromName, mimeOf } from "../../gemini/mod.ts";
import { BOUNDS } from "../bounds.ts";
import type { PublicFetchOptions } from "./public_fetch.ts";

/** As large as Gemini takes inline in one request after encoding, and as long as a user waits for a picture. */
export const MEDIA_LIMITS = { bytes: 20 * 1024 * 1024, ms: 15_000, redirects: 4 };

/** Fetches the media that a request names by URL. A failed fetch is an invalid request, named by its field. */
export async function fetchRemoteMedia(
  media: readonly RemoteMedia[],
  { totalBytes, ...options }: PublicFetchOptions & { readonly totalBytes: number },
): Promise<Result<ReadonlyMap<string, Blob64>, Failure>> {
  if (new Set(media.map(({ url }) => url)).size > BOUNDS.mediaUrls) return err(tooMany(media));
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(BOUNDS.mediaMs)]);
  // It needs Node's HTTP, which takes 25 ms and 8 MiB: loaded with the first media by URL.
  const { publicFetch, PublicFetchError } = await import("./public_fetch.ts");
  const blobs = new Map<string, Blob64>();
  let left = totalBytes;
  for (const { url, param, mimeType } of media) {
    if (blobs.has(url)) continue;
    try {
      const bytes = Math.min(left, options.limits.bytes);
      const file = await publicFetch(url, { ...options, signal, limits: { ...options.limits, bytes } });
      left -= file.bytes.byteLength;
      const data = file.bytes.toBase64();
      const said = mimeType ?? plainType(file.type) ?? mimeFromName(new URL(url).pathname);
      blobs.set(url, { mimeType: mimeOf(said, data), data });
    } catch (cause) {
      const why = cause instanceof PublicFetchError ? cause.message : "cannot be fetched";
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
