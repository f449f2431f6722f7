/** What the queue needs to know of a waiting call. */
export interface Waiting {
  readonly client: string;
  readonly session: string;
  /** 1 for a usual turn; more for one that uses a large part of the tokens. */
  readonly cost: number;
  /** True for a call that was served once and failed: it goes first. */
  readonly urgent: boolean;
}

interface Session<Item> {
  served: number;
  readonly items: Item[];
}

interface Client<Item> {
  served: number;
  length: number;
  readonly sessions: Map<string, Session<Item>>;
}

/**
 * Orders waiting calls: the client served least comes first, in it the session served least, in that the oldest
 * call. A client that was idle starts level with the others, so that nobody saves up turns. Failed attempts go
 * before all.
 */
export class FairQueue<Item extends Waiting> {
  length = 0;
  readonly #urgent: Item[] = [];
  readonly #clients = new Map<string, Client<Item>>();
  #clientLevel = 0;
  #sessionLevel = 0;

  push(item: Item): void {
    this.length++;
    if (item.urgent) {
      this.#urgent.push(item);
      return;
    }
    let client = this.#clients.get(item.client);
    if (client === undefined) {
      client = { served: this.#clientLevel, length: 0, sessions: new Map() };
      this.#clients.set(item.client, client);
    }
    let session = client.sessions.get(item.session);
    if (session === undefined) {
      session = { served: this.#sessionLevel, items: [] };
      client.sessions.set(item.session, session);
    }
    session.items.push(item);
    client.length++;
  }

  /** The calls in order: the first of each session, and all urgent ones. */
  *heads(): Generator<Item> {
    yield* [...this.#urgent];
    const best = this.#best();
    if (best !== undefined) yield best;
    for (const client of [...this.#clients.values()].sort(byServed)) {
      for (const session of [...client.sessions.values()].sort(byServed)) {
        const head = session.items[0];
        if (head !== undefined && head !== best) yield head;
      }
    }
  }

  /** Removes a served call: its session and client have used a turn. */
  serve(item: Item): void {
    const client = this.#clients.get(item.client);
    const session = client?.sessions.get(item.session);
    if (!item.urgent && client !== undefined && session !== undefined) {
      this.#clientLevel = Math.max(this.#clientLevel, client.served);
      this.#sessionLevel = Math.max(this.#sessionLevel, session.served);
      client.served += item.cost;
      session.served += item.cost;
    }
    this.remove(item);
  }

  /** Removes a call without using a turn; false when it was not in the queue. */
  remove(item: Item): boolean {
    if (item.urgent) return this.#cut(this.#urgent, item);
    const client = this.#clients.get(item.client);
    const session = client?.sessions.get(item.session);
    if (client === undefined || session === undefined || !this.#cut(session.items, item)) return false;
    client.length--;
    if (session.items.length === 0) client.sessions.delete(item.session);
    if (client.sessions.size === 0) this.#clients.delete(item.client);
    return true;
  }

  /** How many calls would go before a new one of this session. */
  ahead(clientName: string, sessionName: string): number {
    const client = this.#clients.get(clientName);
    const mine = (client?.sessions.get(sessionName)?.items.length ?? 0) + 1;
    let inClient = mine - 1;
    for (const [name, session] of client?.sessions ?? []) {
      if (name !== sessionName) inClient += Math.min(session.items.length, mine);
    }
    let ahead = this.#urgent.length + inClient;
    for (const [name, other] of this.#clients) {
      if (name !== clientName) ahead += Math.min(other.length, inClient + 1);
    }
    return ahead;
  }

  *[Symbol.iterator](): Generator<Item> {
    yield* this.#urgent;
    for (const client of this.#clients.values()) {
      for (const session of client.sessions.values()) yield* session.items;
    }
  }

  #best(): Item | undefined {
    let client: Client<Item> | undefined;
    for (const one of this.#clients.values()) {
      if (client === undefined || one.served < client.served) client = one;
    }
    let session: Session<Item> | undefined;
    for (const one of client?.sessions.values() ?? []) {
      if (session === undefined || one.served < session.served) session = one;
    }
    return session?.items[0];
  }

  #cut(items: Item[], item: Item): boolean {
    const at = items.indexOf(item);
    if (at < 0) return false;
    items.splice(at, 1);
    this.length--;
    return true;
  }
}

function byServed(a: { readonly served: number }, b: { readonly served: number }): number {
  return a.served - b.served;
}
