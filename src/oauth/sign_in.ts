import * as oauth from "oauth4webapi";
import { err, ok, trimEndOf, trimStartOf } from "../core/mod.ts";
import { checkProxy } from "../store/mod.ts";
import { type AccountAdder, proxyOf } from "./account_adder.ts";
import type {
  AddedAccount,
  BegunSignIn,
  OAuthOutcome,
  OAuthService,
  Provider,
  SignInProgress,
} from "./contract.ts";
import { exchangeCode } from "./token_endpoint.ts";
import { FALLBACK_SCOPES, oauthClient, sourceName } from "./oauth_client.ts";
import type { OAuthOptions } from "./oauth_options.ts";
import { type NotedProgress, type PendingSignIn, PendingSignIns, SIGN_IN_MS } from "./pending_sign_ins.ts";
import { fromStore, refuse, unconfirmed } from "./problem.ts";
import { portsFor } from "./timed.ts";

const CODE_HINT =
  "Google's page shows a code at its end; copy it and paste it here. If that page refuses the address instead, this OAuth client does not know it: sign in without headless.";
const HINT =
  "If the browser ends at a page that does not load, paste its whole address. If Google's page shows an error instead " +
  "(invalid_scope, or a client that does not comply with its policy), Google refuses the configured OAuth client.";

const NEVER_RETURNED =
  "Google's page never sent the browser back: it was closed, or Google refused the configured OAuth client there " +
  "(invalid_scope, or its policy for keeping apps secure); sign in again, or use an API key.";

/** Longest time for Google's answers after the browser has returned, in milliseconds. */
const ANSWERED_MS = 5 * 60_000;

type Outcome = OAuthOutcome<AddedAccount>;

/** Handles sign-ins, from the consent page to the stored account. */
export class SignIns {
  readonly #options: OAuthOptions;
  readonly #adder: AccountAdder;
  readonly #pending: PendingSignIns;
  readonly #timers = new Set<() => void>();
  /** Sources whose configured scopes Google refused: the next sign-in requests the minimal ones. */
  readonly #plainScopes = new Set<Provider>();

  constructor(options: OAuthOptions, adder: AccountAdder) {
    this.#options = options;
    this.#adder = adder;
    this.#pending = new PendingSignIns(options.store, options.ports.clock);
  }

  async begin(input: Parameters<OAuthService["signIn"]>[0]): Promise<OAuthOutcome<BegunSignIn>> {
    const { provider } = input;
    const client = oauthClient(this.#options.settings, provider);
    if (!client.ok) return client;
    if (!input.confirmed) return unconfirmed();
    const wrong = input.proxy === undefined ? undefined : checkProxy(input.proxy);
    if (wrong !== undefined) return fromStore(wrong);
    const state = oauth.generateRandomState();
    const verifier = oauth.generateRandomCodeVerifier();
    const browserKey = input.browser === true ? oauth.generateRandomState() : undefined;
    const redirectUri = input.headless === true
      ? codePageOf(provider)
      : redirectUriFor(input.page, this.#options.settings.port);
    const bound = browserKey === undefined ? {} : { browser: await sha256(browserKey) };
    await this.#pending.begin(state, { provider, verifier, redirectUri, ...bound, ...proxyOf(input) });
    await this.#watch(state);
    const scopes = this.#plainScopes.has(provider) ? FALLBACK_SCOPES : client.value.scopes;
    const { client_id } = client.value.client;
    const authUrl = await this.#authUrl({ client_id, redirectUri, state, verifier, scopes });
    return ok({
      authUrl,
      state,
      redirectUri,
      hint: input.headless === true ? CODE_HINT : HINT,
      ...(browserKey === undefined ? {} : { browserKey }),
    });
  }

  /** A foreign browser must not end the sign-in of another, so its key is checked before the state is used up. */
  async callback(url: URL, browserKey: string | undefined): Promise<Outcome> {
    const state = url.searchParams.get("state") ?? "";
    const pending = state === "" ? undefined : await this.#pending.peek(state);
    if (pending === undefined) return unknownState();
    if (pending.browser !== undefined && pending.browser !== await sha256(browserKey ?? "")) {
      return foreignBrowser();
    }
    return await this.#finish(state, url.searchParams);
  }

  async paste({ provider, text }: Parameters<OAuthService["paste"]>[0]): Promise<Outcome> {
    const pasted = readPasted(text);
    if (pasted === undefined) return notAnAnswer();
    const state = pasted.state ?? await this.#pending.last(provider);
    const pending = state === undefined ? undefined : await this.#pending.peek(state);
    if (state === undefined || pending === undefined) return unknownState();
    if (pending.provider !== provider) return otherSource(pending.provider);
    pasted.parameters.set("state", state);
    return await this.#finish(state, pasted.parameters);
  }

  /** Read from the database, as any process may have completed it. */
  async progress(state: string): Promise<SignInProgress> {
    const noted = await this.#pending.progress(state);
    if (noted === undefined) return { status: "unknown" };
    const { until: _, ...progress } = noted;
    return this.#isLate(noted) ? { status: "failed", message: NEVER_RETURNED } : progress;
  }

  #isLate({ status, until }: NotedProgress): boolean {
    return status === "pending" && until !== undefined && until <= this.#now();
  }

  #now(): number {
    return this.#options.ports.clock.now();
  }

  close(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  async #finish(state: string, parameters: URLSearchParams): Promise<Outcome> {
    const pending = await this.#pending.take(state);
    if (pending === undefined) return unknownState();
    await this.#pending.note(state, { status: "pending", until: this.#now() + ANSWERED_MS });
    const outcome = await this.#exchange(pending, state, parameters);
    await this.#note(state, outcome);
    return outcome;
  }

  async #exchange(pending: PendingSignIn, state: string, parameters: URLSearchParams): Promise<Outcome> {
    const { provider } = pending;
    const client = oauthClient(this.#options.settings, provider);
    if (!client.ok) return client;
    const ports = portsFor(this.#options, pending);
    const tokens = await exchangeCode({ ...this.#options, ports }, client.value, {
      ...pending,
      state,
      parameters,
    });
    if (!tokens.ok) {
      if (tokens.error.code === "invalid_scope") this.#plainScopes.add(provider);
      return tokens;
    }
    const { refreshToken, ...rest } = tokens.value;
    if (refreshToken === undefined) return noRefreshToken(provider);
    return await this.#adder.add(provider, { ...rest, refreshToken }, proxyOf(pending));
  }

  async #note(state: string, outcome: Outcome): Promise<void> {
    await this.#pending.note(
      state,
      outcome.ok
        ? {
          status: "done",
          account: outcome.value,
          ...(outcome.value.problem === undefined ? {} : { message: outcome.value.problem }),
        }
        : { status: "failed", message: outcome.error.message },
    );
    if (!outcome.ok) this.#options.ledger.log("warn", "oauth", `A sign-in failed: ${outcome.error.message}`);
  }

  /** Records a timeout when the browser never returns. */
  async #watch(state: string): Promise<void> {
    await this.#pending.note(state, { status: "pending", until: this.#now() + SIGN_IN_MS });
    const cancel = this.#options.ports.clock.after(SIGN_IN_MS, () => {
      this.#timers.delete(cancel);
      void this.#noteTimeout(state);
    });
    this.#timers.add(cancel);
  }

  async #noteTimeout(state: string): Promise<void> {
    const noted = await this.#pending.progress(state).catch(() => undefined);
    if (noted === undefined || !this.#isLate(noted)) return;
    this.#options.ledger.log("warn", "oauth", `A sign-in failed: ${NEVER_RETURNED}`);
  }

  async #authUrl(facts: {
    readonly client_id: string;
    readonly redirectUri: string;
    readonly state: string;
    readonly verifier: string;
    readonly scopes: readonly string[];
  }): Promise<string> {
    const url = new URL(this.#options.settings.googleAuthUrl);
    const parameters = {
      response_type: "code",
      client_id: facts.client_id,
      redirect_uri: facts.redirectUri,
      scope: facts.scopes.join(" "),
      state: facts.state,
      code_challenge: await oauth.calculatePKCECodeChallenge(facts.verifier),
      code_challenge_method: "S256",
      access_type: "offline",
      prompt: "consent",
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url.href;
  }
}

async function sha256(text: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toHex();
}

function unknownState() {
  return refuse(
    400,
    "unknown_state",
    "This sign-in is unknown, older than ten minutes or already used; sign in again.",
  );
}

function foreignBrowser() {
  return refuse(
    403,
    "foreign_browser",
    "This sign-in was begun in another browser; sign in again in this one.",
  );
}

function otherSource(provider: Provider) {
  return refuse(
    409,
    "other_source",
    `This answer belongs to a sign-in to ${sourceName(provider)}; choose that source.`,
    {
      param: "provider",
    },
  );
}

function notAnAnswer() {
  return refuse(
    422,
    "no_code",
    "There is no code in the pasted text; paste the whole address from the browser's address bar.",
    { param: "text" },
  );
}

function noRefreshToken(provider: Provider) {
  return err({
    status: 422 as const,
    code: "no_refresh_token",
    message: `Google gave no lasting sign-in for ${
      sourceName(provider)
    }; remove the app's access on the linked page, then sign in again.`,
    link: "https://myaccount.google.com/permissions",
  });
}

/** A pasted text: the address that Google sent the browser to, its query, or the code alone. */
interface Pasted {
  readonly parameters: URLSearchParams;
  /** Absent for a bare code. */
  readonly state?: string;
}

/** Reads a pasted text; undefined when there is neither a code nor an error in it. */
export function readPasted(text: string): Pasted | undefined {
  const trimmed = trimEndOf(trimStartOf(text.trim(), "\"'<"), "\"'>");
  const parameters = parametersOf(trimmed);
  if (parameters === undefined || !(parameters.has("code") || parameters.has("error"))) return undefined;
  const state = parameters.get("state");
  return { parameters, ...(state === null ? {} : { state }) };
}

function parametersOf(text: string): URLSearchParams | undefined {
  const query = text.search(/(?:code|state|error|iss|scope)=/);
  if (query >= 0) return new URLSearchParams(text.slice(query).replaceAll(/\s/g, ""));
  return /^[\w./~+%-]{8,1000}$/.test(text) ? new URLSearchParams({ code: decoded(text) }) : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Google sends browsers to any port of this machine without registration, under one of these names. */
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);
const PATH = "/oauth-callback";
/**
 * Pages of Google's that show the code, for machines without a browser. Google sends it there only for clients with which the page
 * is registered: that of its own program.
 */
const CODE_PAGES: Readonly<Record<Provider, string>> = {
  antigravity: "https://antigravity.google/oauth-callback",
  gemini_cli: "https://codeassist.google.com/authcode",
};

/** Google's page that shows the code of a sign-in without a browser on this machine. */
const codePageOf = (provider: Provider): string => CODE_PAGES[provider];

/**
 * The redirect URI: the address under which the user reaches this server if that is a loopback address, else
 * localhost, where the page does not load and its address is pasted. Other hosts are never used, as the code
 * would be sent there.
 */
export function redirectUriFor(page: string | undefined, port: number): string {
  const url = page === undefined ? null : URL.parse(page);
  return url !== null && url.protocol === "http:" && LOOPBACK.has(url.hostname)
    ? `${url.origin}${PATH}`
    : `http://localhost:${port}${PATH}`;
}
