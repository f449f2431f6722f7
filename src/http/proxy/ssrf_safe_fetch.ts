import { lookup } from "node:dns";
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { GatheredBytes } from "../../core/mod.ts";
import { bodyCoding } from "../read_body.ts";
import { isPublicAddress } from "../../relay/public_address.ts";

/** Bounds of fetching a foreign URL. */
export interface SsrfSafeFetchLimits {
  readonly bytes: number;
  readonly ms: number;
  readonly redirects: number;
}

/** A fetched file. */
export interface PublicFile {
  readonly type: string | undefined;
  readonly bytes: Uint8Array;
}

/** Why a URL was not fetched, as half a sentence: "answered with status 404". */
export class SsrfSafeFetchError extends Error {
  override readonly name = "SsrfSafeFetchError";
}

export interface SsrfSafeFetchOptions {
  readonly signal: AbortSignal;
  readonly limits: SsrfSafeFetchLimits;
  /** Says whether an address may be called; the default allows the public internet alone. */
  readonly allowed?: (address: string) => boolean;
}

/**
 * Fetches a foreign URL safely (no SSRF). The address is checked when the connection is made, after name
 * resolution, so that neither a redirect nor a changing DNS record can reach the local network.
 */
export async function ssrfSafeFetch(url: string, options: SsrfSafeFetchOptions): Promise<PublicFile> {
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(options.limits.ms)]);
  let target = new URL(url);
  for (let hop = 0; hop <= options.limits.redirects; hop++) {
    const reply = await open(target, signal, options.allowed ?? isPublicAddress);
    const status = reply.statusCode ?? 0;
    const location = reply.headers.location;
    if (status >= 300 && status < 400 && location !== undefined) {
      reply.destroy();
      target = new URL(location, target);
      continue;
    }
    if (status !== 200) {
      reply.destroy();
      throw new SsrfSafeFetchError(`answered with status ${status}`);
    }
    return {
      type: reply.headers["content-type"],
      bytes: await unpacked(reply, options.limits.bytes, signal),
    };
  }
  throw new SsrfSafeFetchError("redirects too often");
}

function open(
  target: URL,
  signal: AbortSignal,
  allowed: (address: string) => boolean,
): Promise<IncomingMessage> {
  if (target.protocol !== "https:" && target.protocol !== "http:") {
    return Promise.reject(new SsrfSafeFetchError("redirects to something that is not http"));
  }
  const host = target.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0 && !allowed(host)) return Promise.reject(privateAddress());
  const { request } = target.protocol === "https:" ? https : http;
  return new Promise((resolve, reject) => {
    const sent = request(target, { signal, lookup: guardedLookup(allowed), agent: false }, resolve);
    sent.on("error", (cause) => reject(cause instanceof SsrfSafeFetchError ? cause : unreachable(signal)));
    sent.end();
  });
}

function guardedLookup(allowed: (address: string) => boolean): LookupFunction {
  return (name, options, done) => {
    lookup(name, { ...options, all: true }, (cause, addresses) => {
      if (cause) return done(cause, []);
      const open = addresses.filter(({ address }) => allowed(address));
      if (open.length === 0) return done(privateAddress(), []);
      if (options.all) return done(null, open);
      done(null, open[0]!.address, open[0]!.family);
    });
  };
}

/** Some servers send a file compressed that nobody asked to be: what comes out of it has the bound. */
async function unpacked(reply: IncomingMessage, limit: number, signal: AbortSignal): Promise<Uint8Array> {
  const coding = bodyCoding(reply.headers["content-encoding"] ?? null);
  if (!coding.ok) {
    reply.destroy();
    throw new SsrfSafeFetchError("is compressed in a way that is not supported");
  }
  try {
    const body = ReadableStream.from(reply as AsyncIterable<Uint8Array>);
    return await collect(coding.value === undefined ? body : coding.value(body), limit);
  } catch (cause) {
    reply.destroy();
    if (cause instanceof SsrfSafeFetchError) throw cause;
    throw signal.aborted ? unreachable(signal) : new SsrfSafeFetchError("broke off or cannot be unpacked");
  }
}

async function collect(body: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  using gathered = new GatheredBytes();
  for await (const piece of body) {
    gathered.add(piece);
    if (gathered.size > limit) throw new SsrfSafeFetchError(`is larger than ${limit} bytes`);
  }
  return gathered.joined();
}

function privateAddress(): SsrfSafeFetchError {
  return new SsrfSafeFetchError("leads to an address that is not on the public internet");
}

function unreachable(signal: AbortSignal): SsrfSafeFetchError {
  return new SsrfSafeFetchError(signal.aborted ? "did not answer in time" : "cannot be reached");
}
