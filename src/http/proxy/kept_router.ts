import type { Router } from "hono/router";
import { TrieRouter } from "hono/router/trie-router";

const MOST_KEPT = 500;
const LONGEST_KEPT = 300;

/**
 * Hono's router for any pattern, which keeps what it found. The one that is faster refuses a parameter beside a plain word
 * (`/v1/responses/:id/cancel`, `/v1/responses/compact`), and this one walks its tree for each call; clients call few paths.
 */
export class KeptRouter<Handler> implements Router<Handler> {
  readonly name = "KeptRouter";
  readonly #router = new TrieRouter<Handler>();
  readonly #kept = new Map<string, ReturnType<Router<Handler>["match"]>>();

  add(method: string, path: string, handler: Handler): void {
    this.#router.add(method, path, handler);
  }

  match(method: string, path: string): ReturnType<Router<Handler>["match"]> {
    const key = `${method} ${path}`;
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const found = this.#router.match(method, path);
    if (key.length <= LONGEST_KEPT) {
      if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
      this.#kept.set(key, found);
    }
    return found;
  }
}
