import { type Address, addressOf } from "./address.ts";

/** A query that a URL parser leaves as it is. */
const PLAIN_QUERY_REGEXP = /^\?[\w=&.,~+%*-]*$/;

/**
 * The target of a request. Most calls need only the path and the query, so the URL is parsed only when more of
 * it is read.
 */
export class RequestTarget {
  readonly address: Address;
  readonly #written: string;
  #url: URL | undefined;
  #query: string | undefined;

  /** `written` is the request's URL as the platform gives it. */
  constructor(written: string, address: Address = addressOf(written)) {
    this.#written = written;
    this.address = address;
  }

  /** The path in the one spelling of `addressOf`. */
  get path(): string {
    return this.address.path;
  }

  /** The query with its question mark; empty when there is none. */
  get query(): string {
    return this.#query ??= this.#readQuery();
  }

  /** The whole URL, with the path of `path`. */
  get url(): URL {
    return this.#url ??= this.#parse();
  }

  #readQuery(): string {
    const start = this.#written.indexOf("?");
    if (start < 0) return "";
    const query = this.#written.slice(start);
    return PLAIN_QUERY_REGEXP.test(query) && query !== "?" ? query : this.url.search;
  }

  #parse(): URL {
    const url = new URL(this.#written);
    if (url.pathname !== this.path) url.pathname = this.path;
    return url;
  }
}
