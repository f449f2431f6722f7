import type { Connections, Fetch, SpareConnection } from "../core/mod.ts";
import type { UpstreamRequest } from "../upstreams/contract.ts";

/** The request to send, and the connections to use. */
export interface Asked {
  readonly fetch: Fetch;
  readonly request: UpstreamRequest;
  /** The outgoing proxy of the credential. */
  readonly proxy: string | undefined;
  readonly connections: Connections | undefined;
}

/**
 * Sends one request over a pooled connection, and also over a new one when `again` is called: a connection that
 * a router has dropped, or that the machine slept through, is dead without notice. The first answer counts, so
 * that a request to a slow model is not lost.
 */
export class Ask {
  readonly head: Promise<Response>;
  readonly #asked: Asked;
  readonly #settled = Promise.withResolvers<Response>();
  readonly #controllers: AbortController[] = [];
  #spare: SpareConnection | undefined;
  #answered = false;
  #aborted = false;
  #pending = 0;

  constructor(asked: Asked) {
    this.#asked = asked;
    this.head = this.#settled.promise;
    this.#send(asked.connections?.client(asked.proxy), 0);
  }

  /** Whether a second connection could help: the first may be an old one. */
  get mayBeDead(): boolean {
    const { connections, request, proxy } = this.#asked;
    return connections?.reuses(request.url, proxy) ?? false;
  }

  /**
   * Sends it again over a new connection. Does nothing when there is an answer, or the call was ended in the
   * same sweep of the deadlines: nothing would ever end the second request.
   */
  again(): void {
    const { connections, proxy } = this.#asked;
    if (this.#answered || this.#aborted || this.#spare !== undefined || connections === undefined) return;
    this.#spare = connections.spare(proxy);
    this.#send(this.#spare.client, 1);
  }

  abort(): void {
    this.#aborted = true;
    for (const controller of this.#controllers) controller.abort();
    this.#spare?.drop();
  }

  #send(client: Deno.HttpClient | undefined, index: number): void {
    const { fetch, request } = this.#asked;
    const controller = new AbortController();
    this.#controllers[index] = controller;
    this.#pending++;
    const init: RequestInit & { client?: Deno.HttpClient } = {
      method: request.method,
      headers: request.headers,
      redirect: "manual",
      signal: controller.signal,
    };
    if (request.body !== undefined) init.body = request.body;
    if (client !== undefined) init.client = client;
    fetch(request.url, init).then(
      (response) => this.#took(response, index),
      (cause) => this.#failed(cause),
    );
  }

  #took(response: Response, index: number): void {
    if (this.#answered) {
      // The other one was faster and has ended this one; a body that arrived anyway is cancelled.
      response.body?.cancel().catch(() => {});
      return;
    }
    this.#answered = true;
    this.#controllers[1 - index]?.abort();
    const { connections, request, proxy } = this.#asked;
    if (index === 1) this.#spare?.promote();
    else this.#spare?.drop();
    connections?.heard(request.url, proxy);
    this.#settled.resolve(response);
  }

  #failed(cause: unknown): void {
    this.#pending--;
    if (!this.#answered && this.#pending === 0) this.#settled.reject(cause);
  }
}
