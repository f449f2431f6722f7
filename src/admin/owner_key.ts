import { ok, sha256 } from "../core/mod.ts";
import type { ConfigSnapshot } from "../state/mod.ts";
import { type AdminDeps, type Outcome, refuse } from "./admin_deps.ts";

const RECORD = "owner-key";
const KEY_REGEXP = /^[A-Za-z0-9._~+/=-]{16,200}$/;

/**
 * The owner's key while the server runs. A key set at run time is written to `.env` for later starts and stored
 * sealed in the database for the running processes; it replaces the key in the processes that were started with
 * the old one.
 */
export class OwnerKey {
  readonly #deps: AdminDeps;
  #key: string;
  #hash: string;

  constructor(deps: AdminDeps) {
    this.#deps = deps;
    this.#key = deps.settings.proxyApiKey;
    this.#hash = hashToken(this.#key);
  }

  get current(): string {
    return this.#key;
  }

  /** Whether a token of this hash is the owner's; in constant time. */
  matches(hash: string): boolean {
    return sameHash(hash, this.#hash);
  }

  /** Whether a key was set or removed between two states of the configuration. */
  differs(next: ConfigSnapshot, previous: ConfigSnapshot): boolean {
    return next.settings.get(RECORD) !== previous.settings.get(RECORD);
  }

  /** Reads the key that any process has set. */
  async reload(): Promise<void> {
    const { store, settings } = this.#deps;
    const record = store.config.current().settings.get(RECORD);
    const started = hashToken(settings.proxyApiKey);
    const { sealed, replaces } = record ?? {};
    if (typeof sealed !== "string" || replaces !== started) return this.#use(settings.proxyApiKey);
    this.#use(await store.vault.open(sealed));
  }

  /** Removes the stored key once a start has read the same key from `.env`, so that later edits of `.env` count. */
  async settle(): Promise<void> {
    const { store, settings } = this.#deps;
    const sealed = (await store.settings.get(RECORD))?.["sealed"];
    if (typeof sealed !== "string") return;
    if (await store.vault.open(sealed) === settings.proxyApiKey) await store.settings.remove(RECORD);
  }

  async change(key: string): Promise<Outcome<void>> {
    const { store, settings, settingsFile } = this.#deps;
    if (!KEY_REGEXP.test(key)) {
      const rule = "The key must have 16 to 200 letters, digits or any of . _ ~ + / = -";
      return refuse(422, "invalid", rule, "proxyApiKey");
    }
    const refused = settingsFile === undefined
      ? "This program has no .env to write to: set PROXY_API_KEY where it is started"
      : await settingsFile.saveOwnerKey(key, [this.#key, settings.proxyApiKey]);
    if (refused !== undefined) return refuse(409, "fixed", refused, "proxyApiKey");
    await store.settings.put(RECORD, {
      sealed: await store.vault.seal(key),
      replaces: hashToken(settings.proxyApiKey),
    });
    this.#use(key);
    return ok(undefined);
  }

  #use(key: string): void {
    this.#key = key;
    this.#hash = hashToken(key);
  }
}

/** A new client token: 30 random bytes, with a prefix that identifies it as ours. */
export function newClientToken(): string {
  return `gn-${crypto.getRandomValues(new Uint8Array(30)).toBase64({ alphabet: "base64url" })}`;
}

/** Hashes a token for storage. It has 240 random bits, so a plain hash cannot be reversed by guessing. */
export function hashToken(token: string): string {
  return sha256(token);
}

/** Compares two texts of the same form in constant time. */
function sameHash(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let different = 0;
  for (let index = 0; index < a.length; index++) different |= a.charCodeAt(index) ^ b.charCodeAt(index);
  return different === 0;
}
