import assert from "node:assert/strict";
import { loadSettings, type Settings } from "../../src/config/mod.ts";
import type { Credential, CredentialId, OAuthCredential, Ports, SourceName } from "../../src/core/mod.ts";
import { createOAuth, type OAuthOptions, type OAuthService, type Provider } from "../../src/oauth/mod.ts";
import {
  createManualClock,
  type ManualClock,
  type ServedOAuthSimulator,
  serveOAuthSimulator,
} from "../../src/sim/mod.ts";
import { openStore, type Store } from "../../src/store/mod.ts";
import { createNewId } from "../../src/system/mod.ts";
import { createClientVersion, type Upstream, upstreamsOf } from "../../src/upstreams/mod.ts";

export const PAGE = "http://localhost:7536/";
export const SCOPES =
  "https://www.googleapis.com/auth/cloud-platform https://www.googleapis.com/auth/userinfo.email openid";

export interface OAuthBench extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly simulator: ServedOAuthSimulator;
  readonly store: Store;
  readonly settings: Settings;
  readonly oauth: OAuthService;
  readonly upstreams: ReadonlyMap<SourceName, Upstream>;
  readonly ports: Ports;
  readonly log: string[];
  /** Signs an account in as a browser would, without a browser. */
  signIn(email: string, provider?: Provider): Promise<CredentialId>;
  /** Adds an account whose token ends `left` milliseconds from now. */
  addAccount(email: string, left: number, more?: Partial<OAuthCredential>): Promise<OAuthCredential>;
  reload(id: CredentialId): Promise<Credential>;
  /** The same room opened again on the same database, as after a restart. */
  restart(): Promise<AsyncDisposable & { readonly oauth: OAuthService }>;
}

export interface OAuthBenchOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly pool?: OAuthOptions["pool"];
  readonly readFile?: (path: string) => Promise<string>;
  readonly fetch?: Ports["fetch"];
  readonly fetchFor?: OAuthOptions["fetchFor"];
}

/** Settings that point at the fakes, with the client that they know. */
export function settingsFor(simulator: ServedOAuthSimulator): Record<string, string> {
  return {
    GEMINITRO_KV: ":memory:",
    GEMINITRO_HOME: "/nonexistent/geminitro-test",
    ...simulator.settings,
  };
}

/** The OAuth room over a database in memory and the fakes, all on a clock that is moved by hand. */
export async function oauthBench(options: OAuthBenchOptions = {}): Promise<OAuthBench> {
  // Real time to begin with, because the platform checks id tokens by it.
  const clock = createManualClock(Date.now());
  const simulator = serveOAuthSimulator({ clock });
  const loaded = loadSettings({ ...settingsFor(simulator), ...options.env });
  assert.ok(loaded.ok);
  const settings = loaded.value;
  const ports: Ports = {
    clock,
    random: () => 0.5,
    newId: createNewId(),
    fetch: counted(options.fetch ?? ((input, init) => fetch(input, init))),
  };
  const store = await openStore({ path: ":memory:", ...ports });
  const version = createClientVersion();
  const upstreams = upstreamsOf(settings, version);
  const log: string[] = [];
  const open = () =>
    createOAuth({
      store,
      settings,
      ports,
      upstreams,
      version,
      ledger: {
        log: (_level, _kind, message, fields) => void log.push(`${message} ${JSON.stringify(fields ?? {})}`),
      },
      ...(options.fetchFor === undefined ? {} : { fetchFor: options.fetchFor }),
      ...(options.pool === undefined ? {} : { pool: options.pool }),
      ...(options.readFile === undefined ? {} : { readFile: options.readFile, userFolder: "/home/ada" }),
    });
  const oauth = open();
  return {
    clock,
    simulator,
    store,
    settings,
    oauth,
    upstreams,
    ports,
    log,
    signIn: (email, provider = "antigravity") => signIn(oauth, simulator, email, provider),
    addAccount: (email, left, more = {}) => addAccount({ clock, simulator, store }, email, left, more),
    async reload(id) {
      const found = await store.credentials.get(id);
      assert.ok(found);
      return found;
    },
    restart() {
      const again = open();
      return Promise.resolve({ oauth: again, [Symbol.asyncDispose]: () => again.close() });
    },
    async [Symbol.asyncDispose]() {
      await oauth.close();
      await store.close();
      await simulator.close();
    },
  };
}

/** Follows the consent page to the address that it sends the browser to. */
export async function consent(authUrl: string): Promise<URL> {
  const response = await fetch(authUrl, { redirect: "manual" });
  const text = await response.text();
  assert.equal(response.status, 302, text);
  return new URL(response.headers.get("location") ?? "");
}

async function signIn(
  oauth: OAuthService,
  simulator: ServedOAuthSimulator,
  email: string,
  provider: Provider,
): Promise<CredentialId> {
  simulator.control.signInAs(email);
  const begun = await oauth.signIn({ provider, confirmed: true, page: PAGE });
  assert.ok(begun.ok, JSON.stringify(begun));
  const added = await oauth.callback(await consent(begun.value.authUrl), undefined);
  assert.ok(added.ok, JSON.stringify(added));
  return added.value.id;
}

async function addAccount(
  { clock, simulator, store }: Pick<OAuthBench, "clock" | "simulator" | "store">,
  email: string,
  left: number,
  more: Partial<OAuthCredential>,
): Promise<OAuthCredential> {
  const { control } = simulator;
  const added = await store.credentials.add({
    source: more.source ?? "antigravity",
    email,
    refreshToken: control.issueRefreshToken(email),
    accessToken: `ya29.old-token-of-${email}`,
    accessExpiresAt: clock.now() + left,
    codeAssistProject: control.account(email).project,
    ...(more.project === undefined ? {} : { project: more.project }),
  });
  assert.ok(added.ok);
  return added.value as OAuthCredential;
}

/** Longest pause of the product's own; what waits longer are limits of patience, which real time must not reach. */
const LONGEST_PAUSE = 5_000;

/** Milliseconds of real time that a request gets before each move of the clock. */
const BREATHS = 30;

/** Requests of all benches that have no answer yet. */
let asking = 0;

/** Counts requests until their answers are read, so that the clock is moved slowly under one that is on its way. */
function counted(ask: Ports["fetch"]): Ports["fetch"] {
  return async (input, init) => {
    asking++;
    try {
      const reply = await ask(input, init);
      if (reply.headers.get("content-type")?.includes("event-stream")) return reply;
      const { status, headers } = reply;
      const body = await reply.bytes();
      return new Response([204, 304].includes(status) ? null : body, { status, headers });
    } finally {
      asking--;
    }
  };
}

/** Waits for a task that pauses, moving the clock over each pause but never into a limit of patience. */
export async function overPauses<Value>(clock: ManualClock, task: Promise<Value>): Promise<Value> {
  let done = false;
  const watched = task.finally(() => done = true);
  while (!done) {
    // The fake's own delays are on this clock too, so it must move; but a request needs real time to get there and back.
    for (let breath = 0; breath < BREATHS && asking > 0 && !done; breath++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const next = clock.nextTimerAt() ?? Infinity;
    await clock.advanceTo(next - clock.now() <= LONGEST_PAUSE ? next : clock.now());
  }
  return await watched;
}
