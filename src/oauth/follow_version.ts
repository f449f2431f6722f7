import { isObject, type OAuthCredential } from "../core/mod.ts";
import {
  createClientVersion,
  isOlderVersion,
  readStart,
  UPSTREAM_BOUNDS,
  versionInManifest,
} from "../upstreams/mod.ts";
import type { OAuthOptions } from "./oauth_options.ts";
import { limitedFetch, portsFor, timed } from "./timed.ts";

/** How long an answer is valid, for all processes of the database, in milliseconds. */
const FRESH = 6 * 3_600_000;
/**
 * Interval at which the stored version is read again, in milliseconds; also the pause after a failed read of the
 * manifest.
 */
const LOOK_AGAIN = 10 * 60_000;
/** Longest wait for the manifest, in milliseconds. */
const PATIENCE = 5_000;
const NAME = "antigravity-version";

/**
 * Follows the version of Google's own Antigravity client by its updater's manifest, so that Google does not hide
 * newer models from us. Runs only while an account is used, beside calls and never before one; the result is
 * stored for restarts and other processes. A version below the built-in one is ignored.
 */
export class VersionFollower {
  readonly #options: OAuthOptions;
  readonly #ending = new AbortController();
  #nextLook = 0;
  #looking: Promise<void> | undefined;

  constructor(options: OAuthOptions) {
    this.#options = options;
  }

  /** Starts a read when one is due, through this account's proxy; returns at once. */
  look(account: OAuthCredential): void {
    const { settings, ports, version } = this.#options;
    const address = settings.antigravityVersionUrl;
    if (account.source !== "antigravity" || address === undefined || version === undefined) return;
    if (this.#looking !== undefined || ports.clock.now() < this.#nextLook || this.#ending.signal.aborted) {
      return;
    }
    this.#nextLook = ports.clock.now() + LOOK_AGAIN;
    // The known version stays in use if neither database nor manifest can be read.
    this.#looking = this.#follow(account, address).catch(() => {}).finally(() => this.#looking = undefined);
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await this.#looking;
  }

  async #follow(account: OAuthCredential, address: string): Promise<void> {
    const { store, ports } = this.#options;
    const kept = await store.poolState.get(NAME);
    if (isObject(kept) && typeof kept["version"] === "string" && typeof kept["at"] === "number") {
      this.#take(kept["version"]);
      if (ports.clock.now() - kept["at"] < FRESH) return;
    }
    const found = await timed(
      ports.clock,
      (signal) => this.#read(account, address, signal),
      this.#ending.signal,
      PATIENCE,
    );
    if (found === undefined) return;
    this.#take(found);
    await store.poolState.put(NAME, { v: 1, version: found, at: ports.clock.now() });
  }

  async #read(account: OAuthCredential, address: string, signal: AbortSignal): Promise<string | undefined> {
    const fetch = limitedFetch(portsFor(this.#options, account));
    const reply = await fetch(address, { redirect: "manual", signal });
    const text = await readStart(reply, UPSTREAM_BOUNDS.refusalBytes);
    return reply.status === 200 ? versionInManifest(text) : undefined;
  }

  #take(version: string): void {
    const { version: known, ledger } = this.#options;
    const least = createClientVersion().newest;
    if (known === undefined || known.newest === version || isOlderVersion(version, least)) return;
    known.newest = version;
    ledger.log("info", "oauth", `Google's own Antigravity client is at version ${version}`);
  }
}
