import type { Credential, Fetch } from "../core/mod.ts";

/** Whoever has an outbound proxy of its own, or none. */
export type Proxied = Pick<Credential, "proxy">;

/**
 * HTTP clients for credentials with an outbound proxy of their own: one for each proxy, shared by everything that concerns the
 * credential, so that calls, tokens, model lists and quotas take the same way.
 */
export class ProxyClients {
  readonly #clients = new Map<string, Deno.HttpClient>();

  /** Gives the client of a credential's proxy; undefined for one without. */
  clientFor({ proxy }: Proxied): Deno.HttpClient | undefined {
    if (proxy === undefined) return undefined;
    const client = this.#clients.get(proxy) ?? Deno.createHttpClient({ proxy: { url: proxy } });
    this.#clients.set(proxy, client);
    return client;
  }

  /** A fetch that takes a credential's way. */
  fetchFor(credential: Proxied, fetch: Fetch): Fetch {
    const client = this.clientFor(credential);
    if (client === undefined) return fetch;
    return (input, init) => {
      const through: RequestInit & { client: Deno.HttpClient } = { ...init, client };
      return fetch(input, through);
    };
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }
}
