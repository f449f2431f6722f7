import { type Failure, invalidRequest } from "../core/mod.ts";
import { BOUNDS } from "./bounds.ts";

/** Hosts that a Host header may name: those that a URL can hold. */
const HOST_REGEXP = /^[\w.:[\]-]{1,255}$/;

/**
 * Checks every request first: a target that contradicts Host, is not an address or is too long is refused before
 * anything could echo it. `addressOf` interprets its path.
 */
export class Entry {
  /** The address of a good request up to its path, and its Host: clients always send the same. */
  #known = "";
  #host: string | undefined;

  /** Returns why a request is refused; undefined when it is not. */
  refusal(request: Request): Failure | undefined {
    const { url } = request;
    const host = request.headers.get("host") ?? "";
    if (host !== this.#host || !url.startsWith(this.#known)) {
      if (!isAddress(url, host)) return badAddress();
      this.#host = host;
      this.#known = url.slice(0, pathStart(url) + 1);
    }
    const start = this.#known.length - 1;
    if (url.length - start <= BOUNDS.pathChars) return undefined;
    const query = url.indexOf("?", start);
    const end = query < 0 ? url.length : query;
    if (end - start > BOUNDS.pathChars) return tooLong("path", BOUNDS.pathChars);
    return url.length - end > BOUNDS.queryChars ? tooLong("query", BOUNDS.queryChars) : undefined;
  }
}

/** The index at which the path begins in an address. */
function pathStart(url: string): number {
  const start = url.indexOf("/", url.indexOf("//") + 2);
  return start < 0 ? url.length : start;
}

/** True when the target names the very host that Host does, and nothing but a host. */
function isAddress(url: string, host: string): boolean {
  const start = pathStart(url);
  // Without a Host (HTTP/1.0) the platform puts in the address that it listens at.
  const named = url.slice(url.indexOf("//") + 2, start);
  return url.startsWith("http") && start < url.length && HOST_REGEXP.test(named) &&
    (host === "" || host === named) && URL.canParse(url);
}

function badAddress(): Failure {
  return invalidRequest("The request's address or its Host header is not one that this server can have", {
    code: "invalid_address",
  });
}

function tooLong(part: string, most: number): Failure {
  return invalidRequest(`The request's ${part} is longer than ${most} characters`, {
    status: 414,
    code: "address_too_long",
  });
}
