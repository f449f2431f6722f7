/** A sign-in that has begun. */
export interface OAuthSession {
  readonly state: string;
  readonly codeVerifier: string;
  readonly successUrl: string;
}

/** Milliseconds within which a sign-in must be finished. */
export const OAUTH_SESSION_MS = 10 * 60_000;
/** Milliseconds that a signed-in browser is remembered. */
export const SITE_SESSION_MS = 90 * 24 * 3_600_000;

const oauthSessionKey = (id: string): Deno.KvKey => ["kv_oauth", "oauth_session", id];
const siteSessionKey = (id: string): Deno.KvKey => ["kv_oauth", "site_session", id];

/** Sign-ins and sessions in the database. Records end by their own stamp; KV's expiry only tidies up. */
export class SessionRecords {
  readonly #kv: Deno.Kv;
  readonly #now: () => number;

  constructor(kv: Deno.Kv, now: () => number) {
    this.#kv = kv;
    this.#now = now;
  }

  async begin(id: string, session: OAuthSession): Promise<void> {
    const record = { ...session, until: this.#now() + OAUTH_SESSION_MS };
    await this.#kv.set(oauthSessionKey(id), record, { expireIn: OAUTH_SESSION_MS });
  }

  /** Reads and removes a sign-in; of several that try at once, one gets it. */
  async finish(id: string): Promise<OAuthSession | undefined> {
    const entry = await this.#kv.get(oauthSessionKey(id));
    const session = decodeSession(entry.value, this.#now());
    const removed = await this.#kv.atomic().check(entry).delete(entry.key).commit();
    return removed.ok ? session : undefined;
  }

  async open(id: string): Promise<void> {
    await this.#kv.set(siteSessionKey(id), this.#now() + SITE_SESSION_MS, { expireIn: SITE_SESSION_MS });
  }

  async isOpen(id: string): Promise<boolean> {
    const { value } = await this.#kv.get(siteSessionKey(id));
    return typeof value === "number" && value > this.#now();
  }

  async close(id: string): Promise<void> {
    await this.#kv.delete(siteSessionKey(id));
  }
}

function decodeSession(value: unknown, now: number): OAuthSession | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (!("state" in value && "codeVerifier" in value && "successUrl" in value && "until" in value)) {
    return undefined;
  }
  const { state, codeVerifier, successUrl, until } = value;
  return typeof state === "string" && typeof codeVerifier === "string" && typeof successUrl === "string" &&
      typeof until === "number" && until > now
    ? { state, codeVerifier, successUrl }
    : undefined;
}
