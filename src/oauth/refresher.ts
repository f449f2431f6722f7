import {
  type Credential,
  type CredentialId,
  deathOf,
  err,
  type FailedSetUp,
  type Failure,
  isOfType,
  type OAuthCredential,
  ok,
  type Result,
  type VertexCredential,
} from "../core/mod.ts";
import type { CredentialPatch, HeldLease } from "../store/mod.ts";
import { codeAssistServiceOf } from "../upstreams/mod.ts";
import { findProject } from "./find_project.ts";
import { clientOf, hasOtherClient } from "./oauth_client.ts";
import type { OAuthOptions } from "./oauth_options.ts";
import { VersionFollower } from "./follow_version.ts";
import { SetUpRests } from "./set_up_rests.ts";
import { limitedFetch, portsFor, sleep, timed } from "./timed.ts";
import { refreshGrant, type Tokens } from "./token_endpoint.ts";

/** A token is renewed this long before it ends, in milliseconds. */
const EARLY = 5 * 60_000;
/** With less than this left, a call waits for the new one. */
const LAST_MINUTE = 60_000;
/** After a refresh that Google could not answer, none is tried for so long while the old token is valid. */
const QUIET = 30_000;
/** A forced refresh so soon after another counts as the same: it comes from a call that was sent before. */
const SAME_MOMENT = 10_000;
/** Longest refresh, with the account's set-up, as a lease's time. */
const LEASE = 3 * 60_000;
const LEASE_PAUSE = 250;
const LEASE_LOOKS = 240;

type Account = OAuthCredential | VertexCredential;
type Readiness = Result<Credential, Failure>;

/** Options of making an account ready. */
export interface ReadyHow {
  /** True for a user's check: a set-up is tried even after a recent failure. */
  readonly check?: boolean;
  /** Longest wait, in milliseconds; default: unlimited. */
  readonly within?: number;
}

/** Keeps access tokens usable: one refresh per account for all waiting calls, in all processes of the database. */
export class Refresher {
  readonly #options: OAuthOptions;
  readonly #latest = new Map<CredentialId, Account>();
  readonly #flights = new Map<CredentialId, Promise<Readiness>>();
  readonly #quietUntil = new Map<CredentialId, number>();
  readonly #refreshedAt = new Map<CredentialId, number>();
  readonly #ending = new AbortController();
  readonly #rests: SetUpRests;
  readonly #version: VersionFollower;

  constructor(options: OAuthOptions) {
    this.#options = options;
    this.#rests = new SetUpRests(options.store);
    this.#version = new VersionFollower(options);
  }

  async ready(credential: Credential, force: boolean, how: ReadyHow = {}): Promise<Readiness> {
    if (isOfType(credential, "api_key")) return ok(credential);
    if (!isOfType(credential, "service_account")) this.#version.look(credential);
    const known = this.#newest(credential);
    const left = this.#left(known);
    if (force) {
      return this.#justDone(known) ? ok(known) : await this.#inTime(known, this.#fly(known, true, how), how);
    }
    if (left <= LAST_MINUTE || lacksProject(known)) {
      return await this.#inTime(known, this.#fly(known, false, how), how);
    }
    if (left <= EARLY && (this.#quietUntil.get(known.id) ?? 0) <= this.#now()) {
      void this.#fly(known, false, how);
    }
    return ok(known);
  }

  /** A call waits for an account no longer than `within`; the work continues for the next one. */
  async #inTime(account: Account, flight: Promise<Readiness>, { within }: ReadyHow): Promise<Readiness> {
    if (within === undefined) return await flight;
    let cancel = () => {};
    const late = new Promise<Readiness>((resolve) => {
      cancel = this.#options.ports.clock.after(within, () => resolve(err(notInTime(account))));
    });
    try {
      return await Promise.race([flight, late]);
    } finally {
      cancel();
    }
  }

  /**
   * Records a failed set-up, so that calls do not repeat it at once; returns the failure with the time of the
   * next try.
   */
  async setUpFailed({ id }: Pick<Account, "id">, failure: Failure): Promise<Failure> {
    if (failure.code !== "account_setup_failed") return failure;
    return await this.#rests.failed(id, failure, this.#now());
  }

  /** Accounts whose set-up at Google failed, with the reason and the time of the next one. */
  failedSetUps(): Promise<ReadonlyMap<string, FailedSetUp>> {
    return this.#rests.all();
  }

  /** Forgets everything about an account, after a new sign-in or its removal. */
  async forget(id: CredentialId): Promise<void> {
    this.#latest.delete(id);
    this.#quietUntil.delete(id);
    this.#refreshedAt.delete(id);
    await this.#rests.end(id);
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await Promise.allSettled([...this.#flights.values(), this.#version.close()]);
  }

  #now(): number {
    return this.#options.ports.clock.now();
  }

  #left(account: Account): number {
    if (account.accessToken === undefined) return 0;
    return (account.accessExpiresAt ?? 0) - this.#now();
  }

  /** The newest copy of an account: the pool's may be older than a recent refresh. */
  #newest(credential: Account): Account {
    const latest = this.#latest.get(credential.id);
    return latest !== undefined && latest.updatedAt > credential.updatedAt ? latest : credential;
  }

  #justDone(account: Account): boolean {
    const at = this.#refreshedAt.get(account.id);
    return at !== undefined && this.#now() - at < SAME_MOMENT && this.#left(account) > LAST_MINUTE &&
      !lacksProject(account);
  }

  #fly(account: Account, force: boolean, how: ReadyHow): Promise<Readiness> {
    const running = this.#flights.get(account.id);
    if (running !== undefined) return running;
    const flight = this.#leased(account, force, how).catch((error): Readiness => err(broken(account, error)))
      .finally(() => this.#flights.delete(account.id));
    this.#flights.set(account.id, flight);
    return flight;
  }

  async #leased(account: Account, force: boolean, how: ReadyHow): Promise<Readiness> {
    const lease = await this.#lease(account.id);
    try {
      const stored = await this.#options.store.credentials.get(account.id);
      if (stored === undefined || isOfType(stored, "api_key")) return err(removed(account));
      if (!force && this.#left(stored) > EARLY && !lacksProject(stored)) {
        this.#latest.set(stored.id, stored);
        return ok(stored);
      }
      const rest = lacksProject(stored) && !how.check
        ? await this.#rests.restOf(stored.id, this.#now())
        : undefined;
      if (rest !== undefined) return err(rest);
      return await this.#renew(stored, force);
    } finally {
      await lease?.release();
    }
  }

  /** Takes the lease for a refresh; if another process has it, waits for that result. */
  async #lease(id: CredentialId): Promise<HeldLease | undefined> {
    const { store, ports } = this.#options;
    for (let look = 0; look < LEASE_LOOKS && !this.#ending.signal.aborted; look++) {
      const lease = await store.lease(`token ${id}`, LEASE);
      if (lease !== undefined) return lease;
      await sleep(ports.clock, LEASE_PAUSE, this.#ending.signal);
    }
    return undefined;
  }

  async #renew(account: Account, force: boolean): Promise<Readiness> {
    const due = force || this.#left(account) <= EARLY;
    const tokens = due ? await this.#grant(account) : undefined;
    if (tokens !== undefined && !tokens.ok) return await this.#refused(account, tokens.error);
    const token = tokens?.value.accessToken ?? account.accessToken?.reveal() ?? "";
    const patch: CredentialPatch = tokens === undefined ? {} : patchOf(account, tokens.value);
    if (isOfType(account, "service_account") || !(force || lacksProject(account))) {
      return await this.#keep(account, patch);
    }
    // The token is stored before the project is looked up: a rotated refresh token must not be lost.
    const kept = await this.#keep(account, patch);
    const found = await this.#project(account, token);
    if (!found.ok) return await this.#refused(account, await this.setUpFailed(account, found.error));
    await this.#rests.end(account.id);
    const { project, consumer } = found.value;
    if (!kept.ok || project === undefined) return kept;
    const known = consumer === undefined || consumer === account.consumer;
    if (known && project === account.codeAssistProject) return kept;
    return await this.#keep(account, {
      codeAssistProject: project,
      ...(consumer === undefined ? {} : { consumer }),
    });
  }

  async #grant(account: Account): Promise<Result<Tokens, Failure>> {
    const { settings } = this.#options;
    const context = {
      settings,
      ports: portsFor(this.#options, account),
      source: account.source,
    };
    if (isOfType(account, "service_account")) {
      const { vertexToken } = await import("./vertex_token.ts");
      return await vertexToken(context, account);
    }
    const client = clientOf(settings, account);
    if (!client.ok) return err(sourceOff(account, client.error.message));
    const granted = await refreshGrant(context, client.value, account.refreshToken.reveal());
    if (granted.ok || granted.error.class !== "misconfigured" || !hasOtherClient(settings, account)) {
      return granted;
    }
    return err(lostClient(granted.error));
  }

  async #project(account: OAuthCredential, accessToken: string) {
    const { settings, version } = this.#options;
    const ports = portsFor(this.#options, account);
    const { signal } = this.#ending;
    return await timed(
      ports.clock,
      (limited) =>
        findProject({
          service: codeAssistServiceOf(settings, account.source, version),
          accessToken,
          ...(account.project === undefined ? {} : { ownProject: account.project }),
          options: { fetch: limitedFetch(ports), signal: limited, now: ports.clock.now() },
          pause: (ms) => sleep(ports.clock, ms, signal),
        }),
      signal,
      LEASE,
    );
  }

  async #keep(account: Account, patch: CredentialPatch): Promise<Readiness> {
    const updated = await this.#options.store.credentials.update(account.id, patch);
    if (!updated.ok || isOfType(updated.value, "api_key")) return err(removed(account));
    this.#latest.set(account.id, updated.value);
    this.#refreshedAt.set(account.id, this.#now());
    this.#quietUntil.delete(account.id);
    return ok(updated.value);
  }

  /**
   * A dead account is marked with its reason; when Google could not answer, the old token is used while it is
   * valid.
   */
  async #refused(account: Account, failure: Failure): Promise<Readiness> {
    const { store, ledger } = this.#options;
    const level = failure.class === "misconfigured" ? "error" : "warn";
    ledger.log(
      level,
      "oauth",
      `The account ${account.label || account.tail} is not ready: ${failure.message}`,
    );
    if (failure.class === "credential_dead") {
      await store.credentials.update(account.id, { dead: deathOf(failure, this.#now()) });
      this.#latest.delete(account.id);
      return err(failure);
    }
    this.#quietUntil.set(account.id, this.#now() + QUIET);
    const usable = this.#left(account) > 0 && !lacksProject(account) && failure.class !== "credential_stale";
    return usable ? ok(account) : err(failure);
  }
}

function lacksProject(account: Account): boolean {
  return !isOfType(account, "service_account") && account.codeAssistProject === undefined;
}

function patchOf(account: Account, { accessToken, expiresAt, refreshToken }: Tokens): CredentialPatch {
  const rotates = refreshToken !== undefined && !isOfType(account, "service_account");
  return { accessToken, accessExpiresAt: expiresAt, ...(rotates ? { refreshToken } : {}) };
}

/**
 * The failure when Google no longer accepts the client to which this token was issued, which is not the
 * configured one.
 */
function lostClient(failure: Failure): Failure {
  return {
    ...failure,
    class: "credential_dead",
    scope: "account",
    code: "sign_in_required",
    message:
      "The sign-in of this account was given to an OAuth client that Google does not take any more; sign in again.",
  };
}

const base = ({ source }: Account) => ({ source });

function sourceOff(account: Account, message: string): Failure {
  return {
    ...base(account),
    class: "misconfigured",
    status: 503,
    scope: "source",
    code: "source_off",
    message,
  };
}

function removed(account: Account): Failure {
  return {
    ...base(account),
    class: "credential_dead",
    status: 503,
    scope: "credential",
    code: "account_removed",
    message: "This account was removed.",
  };
}

/** The failure when an account is still being refreshed or set up; the call takes another. */
function notInTime(account: Account): Failure {
  return {
    ...base(account),
    class: "overloaded",
    status: 503,
    scope: "account",
    code: "account_not_ready",
    message: "Google has not yet renewed or set up this account; try again shortly.",
  };
}

function broken(account: Account, error: unknown): Failure {
  return {
    ...base(account),
    class: "unknown",
    status: 503,
    scope: "request",
    message: "This account's token could not be renewed because of a fault of this proxy; see its log.",
    detail: error instanceof Error ? error.name : "unknown fault",
  };
}
