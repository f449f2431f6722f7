import { isObject, type Ports } from "../core/mod.ts";
import type { Store } from "../store/mod.ts";
import { type Provider, PROVIDERS, type SignInProgress } from "./contract.ts";

/** Time that a user has for Google's page, in milliseconds. */
export const SIGN_IN_MS = 10 * 60_000;
const KIND = "oauth_state";
const LAST = "oauth_last";
const PROGRESS = "oauth_progress";
/** Progress can still be read for a while after the end of a sign-in. */
const PROGRESS_MS = 3 * SIGN_IN_MS;

/** A sign-in that waits for its callback. */
export interface PendingSignIn {
  readonly provider: Provider;
  readonly verifier: string;
  readonly redirectUri: string;
  /** SHA-256 of the browser's key; absent when no browser began it. */
  readonly browser?: string;
  /** The account's own outbound proxy; sealed, as it may hold a password. */
  readonly proxy?: string;
}

/** The stored progress of a sign-in; a pending one ends at `until`, in epoch milliseconds. */
export type NotedProgress = SignInProgress & { readonly until?: number };

/** Sign-ins in progress, in the database: each ends after ten minutes or with its first use. */
export class PendingSignIns {
  readonly #store: Store;
  readonly #clock: Ports["clock"];

  constructor(store: Store, clock: Ports["clock"]) {
    this.#store = store;
    this.#clock = clock;
  }

  async begin(state: string, pending: PendingSignIn): Promise<void> {
    const { verifier, proxy, ...open } = pending;
    const record = {
      ...open,
      at: this.#clock.now(),
      verifier: await this.#store.vault.seal(verifier),
      ...(proxy === undefined ? {} : { proxy: await this.#store.vault.seal(proxy) }),
    };
    await this.#store.expiring.put(KIND, state, record, SIGN_IN_MS);
    await this.#store.expiring.put(LAST, pending.provider, state, SIGN_IN_MS);
  }

  /** Reads without ending. */
  async peek(state: string): Promise<PendingSignIn | undefined> {
    return await this.#read(await this.#store.expiring.get(KIND, state));
  }

  /** Ends the sign-in: only the first caller gets it. */
  async take(state: string): Promise<PendingSignIn | undefined> {
    return await this.#read(await this.#store.expiring.take(KIND, state));
  }

  /** The state of the sign-in begun last, for a code pasted without one. */
  async last(provider: Provider): Promise<string | undefined> {
    const state = await this.#store.expiring.get(LAST, provider);
    return typeof state === "string" ? state : undefined;
  }

  /** Stores the progress of a sign-in for every process of the database. */
  async note(state: string, progress: NotedProgress): Promise<void> {
    const { account, ...rest } = progress;
    const record = { ...rest, ...(account === undefined ? {} : { account: { ...account } }) };
    await this.#store.expiring.put(PROGRESS, state, record, PROGRESS_MS);
  }

  async progress(state: string): Promise<NotedProgress | undefined> {
    const value = await this.#store.expiring.get(PROGRESS, state);
    // Only note() writes it.
    return isObject(value) ? value as unknown as NotedProgress : undefined;
  }

  async #read(value: unknown): Promise<PendingSignIn | undefined> {
    if (!isObject(value)) return undefined;
    const { verifier, redirectUri, browser, proxy } = value;
    const provider = PROVIDERS.find((one) => one === value["provider"]);
    if (provider === undefined || typeof verifier !== "string" || typeof redirectUri !== "string") {
      return undefined;
    }
    return {
      provider,
      redirectUri,
      verifier: await this.#store.vault.open(verifier),
      ...(typeof browser === "string" ? { browser } : {}),
      ...(typeof proxy === "string" ? { proxy: await this.#store.vault.open(proxy) } : {}),
    };
  }
}
