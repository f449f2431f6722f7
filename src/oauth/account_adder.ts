import {
  type Credential,
  type CredentialId,
  deathOf,
  err,
  type Failure,
  ok,
  type Ports,
  type Result,
} from "../core/mod.ts";
import { checkProxy, type CredentialDraft } from "../store/mod.ts";
import { codeAssistServiceOf } from "../upstreams/mod.ts";
import type { AddedAccount, OAuthOutcome, Provider } from "./contract.ts";
import { findProject, type FoundProject } from "./find_project.ts";
import { configuredClient, oauthClient } from "./oauth_client.ts";
import type { OAuthOptions } from "./oauth_options.ts";
import type { Refresher } from "./refresher.ts";
import { fromFailure, fromStore } from "./problem.ts";
import { limitedFetch, portsFor, sleep, timed } from "./timed.ts";
import { fetchEmail, refreshGrant, type Tokens } from "./token_endpoint.ts";

/** Longest set-up of an account at Google, in milliseconds. */
const SET_UP = 3 * 60_000;

/** Data of an account beside its token. */
export interface AddHow {
  /** Its own outbound proxy, used from its first contact with Google. */
  readonly proxy?: string;
  /** True when it was disabled in the other program; it stays so. */
  readonly off?: boolean;
}

/** The part of a credential that names its outbound proxy. */
export const proxyOf = ({ proxy }: AddHow) => proxy === undefined ? {} : { proxy };

/** Stores verified accounts: asks Google for e-mail and project; adding an account twice updates it. */
export class AccountAdder {
  readonly #options: OAuthOptions;
  readonly #refresher: Refresher;
  readonly #firstQuota: (id: CredentialId) => Promise<unknown>;

  /** `firstQuota` reads a new account's quota, so that calls are distributed by it from the first one on. */
  constructor(
    options: OAuthOptions,
    refresher: Refresher,
    firstQuota: (id: CredentialId) => Promise<unknown>,
  ) {
    this.#options = options;
    this.#refresher = refresher;
    this.#firstQuota = firstQuota;
  }

  /** A Google Cloud credentials file; its first token shows whether it works. */
  async addVertex(
    serviceAccount: string,
    name: string,
    location: string,
  ): Promise<OAuthOutcome<AddedAccount>> {
    const stored = await this.#store({ source: "vertex", serviceAccount, location });
    if (!stored.ok) return stored;
    const { id, renewed } = stored.value;
    const listed = await listModels(this.#options, this.#refresher, id);
    const problem = listed.ok ? undefined : listed.error;
    this.#notify("vertex", name, renewed, problem);
    return ok({ id, source: "vertex", email: name, renewed, ...describeProblem(problem) });
  }

  /** Adds an account that is known by its refresh token alone. */
  async addByToken(
    provider: Provider,
    refreshToken: string,
    how: AddHow = {},
  ): Promise<OAuthOutcome<AddedAccount>> {
    const { settings } = this.#options;
    const wrong = how.proxy === undefined ? undefined : checkProxy(how.proxy);
    if (wrong !== undefined) return fromStore(wrong);
    const ports = portsFor(this.#options, how);
    const client = oauthClient(settings, provider);
    if (!client.ok) return client;
    const tokens = await refreshGrant(
      { settings, ports, source: provider },
      client.value,
      refreshToken,
    );
    if (tokens.ok) return await this.add(provider, { refreshToken, ...tokens.value }, how);
    if (tokens.error.class === "credential_dead") {
      return err({
        status: 422,
        code: "token_refused",
        message:
          "Google does not take this refresh token: it was revoked, or another OAuth client was given it; sign in instead.",
      });
    }
    return fromFailure(tokens.error);
  }

  async add(
    provider: Provider,
    tokens: Tokens & { readonly refreshToken: string },
    how: AddHow = {},
  ): Promise<OAuthOutcome<AddedAccount>> {
    const { settings } = this.#options;
    const ports = portsFor(this.#options, how);
    const email = await fetchEmail(
      { settings, ports, source: provider },
      tokens.accessToken,
    );
    if (!email.ok) return fromFailure(email.error);
    const found = await this.#project(provider, tokens.accessToken, ports);
    const stored = await this.#store(
      {
        ...draftOf(provider, email.value, tokens, found.ok ? found.value : undefined),
        ...configuredClient(settings, provider),
        ...proxyOf(how),
      },
    );
    if (!stored.ok) return stored;
    const { id, renewed } = stored.value;
    await this.#refresher.forget(id);
    if (!found.ok) await this.#refresher.setUpFailed({ id }, found.error);
    if (how.off === true && !renewed) await this.#options.store.credentials.update(id, { enabled: false });
    if (renewed && how.proxy !== undefined) await this.#options.store.credentials.update(id, proxyOf(how));
    if (!found.ok && found.error.class === "credential_dead") await this.#retire(id, found.error);
    const listed = found.ok ? await listModels(this.#options, this.#refresher, id) : found;
    const problem = listed.ok ? undefined : listed.error;
    // If that fails, the job asks again.
    if (listed.ok && listed.value > 0) await this.#firstQuota(id).catch(() => {});
    this.#notify(provider, email.value, renewed, problem);
    return ok({
      id,
      source: provider,
      email: email.value,
      renewed,
      ...(found.ok ? { tier: found.value.tier } : {}),
      ...(found.ok && found.value.project !== undefined ? { project: found.value.project } : {}),
      ...describeProblem(problem),
    });
  }

  async #project(provider: Provider, accessToken: string, ports: Ports) {
    const { settings, version } = this.#options;
    return await timed(
      ports.clock,
      (signal) =>
        findProject({
          service: codeAssistServiceOf(settings, provider, version),
          accessToken,
          options: { fetch: limitedFetch(ports), signal, now: ports.clock.now() },
          pause: (ms) => sleep(ports.clock, ms, signal),
        }),
      undefined,
      SET_UP,
    );
  }

  async #store(
    draft: CredentialDraft,
  ): Promise<OAuthOutcome<{ readonly id: CredentialId; readonly renewed: boolean }>> {
    const added = await this.#options.store.credentials.add(draft);
    if (added.ok) return ok({ id: added.value.id, renewed: false });
    // The store has replaced the token of a known account.
    if (added.error.kind === "duplicate") return ok({ id: added.error.id as CredentialId, renewed: true });
    return fromStore(added.error);
  }

  async #retire(id: CredentialId, failure: Failure): Promise<void> {
    await this.#options.store.credentials.update(id, {
      dead: deathOf(failure, this.#options.ports.clock.now()),
    });
  }

  #notify(
    provider: Credential["source"],
    email: string,
    renewed: boolean,
    problem: Failure | undefined,
  ): void {
    const what = renewed ? "signed in again" : "added";
    const but = problem === undefined ? "" : `, but it cannot serve: ${problem.message}`;
    const level = problem === undefined ? "info" : "warn";
    this.#options.ledger.log(level, "oauth", `The ${provider} account ${email} was ${what}${but}`);
  }
}

function describeProblem(problem: Failure | undefined): Pick<AddedAccount, "problem" | "link"> {
  if (problem === undefined) return {};
  return { problem: problem.message, ...(problem.link === undefined ? {} : { link: problem.link }) };
}

function draftOf(
  source: Provider,
  email: string,
  tokens: Tokens & { readonly refreshToken: string },
  found: FoundProject | undefined,
): CredentialDraft {
  return {
    source,
    email,
    refreshToken: tokens.refreshToken,
    accessToken: tokens.accessToken,
    accessExpiresAt: tokens.expiresAt,
    ...(found === undefined ? {} : { tier: found.tier }),
    ...(found?.project === undefined ? {} : { codeAssistProject: found.project }),
    ...(found?.consumer === undefined ? {} : { consumer: found.consumer }),
  };
}

/** Longest time for an account's model list, in milliseconds. */
const PATIENCE = 60_000;

/** Asks a new account for its models and keeps the list, so that it serves at once; returns how many there are. */
async function listModels(
  options: OAuthOptions,
  refresher: Refresher,
  id: CredentialId,
): Promise<Result<number, Failure>> {
  const { store, upstreams, ports } = options;
  const credential = await store.credentials.get(id);
  const upstream = credential === undefined ? undefined : upstreams.get(credential.source);
  if (credential === undefined || upstream === undefined) return ok(0);
  const ready = await refresher.ready(credential, false);
  if (!ready.ok) return ready;
  try {
    const now = ports.clock.now();
    const fetch = limitedFetch(portsFor(options, credential));
    const given = (signal: AbortSignal) => ({ fetch, signal, now });
    const listed = await timed(
      ports.clock,
      (signal) => upstream.discover(ready.value, given(signal)),
      undefined,
      PATIENCE,
    );
    if (!listed.ok) return listed;
    await store.modelLists.put({ credential: id, source: credential.source, at: now, models: listed.value });
    return ok(listed.value.length);
  } catch {
    return err({
      class: "transport",
      status: 502,
      source: credential.source,
      scope: "request",
      message: "The account's models could not be listed in time; check the account again.",
    });
  }
}
