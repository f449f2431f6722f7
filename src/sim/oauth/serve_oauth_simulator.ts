import type { Clock } from "../../core/mod.ts";
import type { SimAccount } from "./accounts.ts";
import { codeAssist } from "./code_assist.ts";
import { type HostFault, type OAuthLogEntry, OAuthState } from "./oauth_state.ts";
import { consentPage, revokeEndpoint, tokenEndpoint, userinfo } from "./token_endpoint.ts";
import { vertex } from "./vertex.ts";

export interface OAuthSimulatorOptions {
  readonly clock: Clock;
  /** Default 0: any free port. */
  readonly port?: number;
  readonly clientId?: string;
  readonly clientSecret?: string;
}

type Consent = OAuthState["consent"];

/** Controls for tests and demonstrations. */
export interface OAuthSimulatorControl {
  /** The account's state, to be changed in place; made when it is new. */
  account(email: string): SimAccount;
  /** Who signs in on the next consent pages. */
  signInAs(email: string): void;
  consent(how: Consent): void;
  withholdRefreshToken(yes: boolean): void;
  /** Sets whether the client's project may use the private API. */
  allowClient(yes: boolean): void;
  /** Sets whether Google knows the client. */
  knowClient(yes: boolean): void;
  /** Sets whether the client is registered for Google's pages that show a code. */
  registerCodePages(yes: boolean): void;
  /** One more client that Google knows. */
  addClient(id: string, secret: string): void;
  /** Sets whether calls that only search are refused. */
  failSearches(yes: boolean): void;
  setVersionFloor(version: string): void;
  /** Sets the updater's manifest; undefined: it answers 503. */
  setManifest(text: string | undefined): void;
  setTokenDelay(ms: number): void;
  failHost(host: "daily" | "prod" | "cli" | "vertex", fault: HostFault | undefined): void;
  /** A refresh token as a sign-in would have given it. */
  issueRefreshToken(email: string): string;
  /** Ends every access token, as a revocation does before its time. */
  expireAccessTokens(email: string): void;
  addServiceAccount(email: string, project: string, publicKey: CryptoKey): void;
  /** Whether an account still has a grant. */
  hasGrant(email: string): boolean;
}

export interface ServedOAuthSimulator {
  readonly authUrl: string;
  readonly tokenUrl: string;
  readonly userinfoUrl: string;
  /** The manifest of Antigravity's updater. */
  readonly versionUrl: string;
  readonly antigravityUrls: readonly [daily: string, prod: string];
  readonly codeAssistUrl: string;
  readonly vertexUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The program's settings that lead to these fakes, with the client that they know. */
  readonly settings: Readonly<Record<string, string>>;
  readonly control: OAuthSimulatorControl;
  /** Every request, oldest first, without its secrets. */
  readonly log: readonly OAuthLogEntry[];
  /** Ports from which requests came, oldest first. */
  readonly peers: readonly number[];
  close(): Promise<void>;
}

/** Serves fakes of Google's sign-in, both hosts of Antigravity, Code Assist and Vertex AI, under paths of one port. */
export function serveOAuthSimulator(options: OAuthSimulatorOptions): ServedOAuthSimulator {
  const {
    clientId = "100200300400-simulated.apps.googleusercontent.com",
    clientSecret = "sim-client-secret",
  } = options;
  const state = new OAuthState(options.clock, clientId, clientSecret);
  const peers: number[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: options.port ?? 0, onListen: () => {} },
    (request, { remoteAddr }) => {
      peers.push(remoteAddr.port);
      return answer(state, request);
    },
  );
  const base = `http://127.0.0.1:${server.addr.port}`;
  const places = {
    authUrl: `${base}/google/auth`,
    tokenUrl: `${base}/google/token`,
    userinfoUrl: `${base}/google/userinfo`,
    versionUrl: `${base}/google/latest-arm64-mac.yml`,
    antigravityUrls: [`${base}/daily`, `${base}/prod`] as const,
    codeAssistUrl: `${base}/cli`,
    vertexUrl: `${base}/vertex`,
  };
  return {
    ...places,
    clientId,
    clientSecret,
    settings: {
      OAUTH_CLIENT_ID: clientId,
      OAUTH_CLIENT_SECRET: clientSecret,
      GOOGLE_AUTH_URL: places.authUrl,
      GOOGLE_TOKEN_URL: places.tokenUrl,
      GOOGLE_USERINFO_URL: places.userinfoUrl,
      ANTIGRAVITY_URLS: places.antigravityUrls.join(","),
      ANTIGRAVITY_VERSION_URL: places.versionUrl,
      CODE_ASSIST_URL: places.codeAssistUrl,
      VERTEX_URL: places.vertexUrl,
    },
    control: controlOf(state),
    log: state.log,
    peers,
    close: () => server.shutdown(),
  };
}

async function answer(state: OAuthState, request: Request): Promise<Response> {
  const url = new URL(request.url);
  const [, host = "", path = "/"] = /^\/(\w+)(\/.*)$/.exec(url.pathname) ?? [];
  if (host === "google") {
    return noted(state, request, host, path, undefined, await google(state, request, url, path));
  }
  const body = request.method === "POST" ? parsed(await request.text()) : undefined;
  const response = host === "vertex"
    ? vertex(state, request, path, body)
    : host === "daily" || host === "prod" || host === "cli"
    ? await codeAssist(state, host, request, path, body)
    : new Response("not found", { status: 404 });
  return noted(state, request, host, path, body, response);
}

async function google(state: OAuthState, request: Request, url: URL, path: string): Promise<Response> {
  switch (`${request.method} ${path}`) {
    case "GET /auth":
      return consentPage(state, url, url.origin);
    case "POST /token":
      return await tokenEndpoint(state, request, `${url.origin}${url.pathname}`);
    case "POST /revoke":
      return await revokeEndpoint(state, request);
    case "GET /latest-arm64-mac.yml":
      return state.manifest === undefined
        ? new Response("unavailable", { status: 503 })
        : new Response(state.manifest);
    case "GET /userinfo":
      return userinfo(state, request);
    default:
      return new Response("not found", { status: 404 });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function noted(
  state: OAuthState,
  request: Request,
  host: string,
  path: string,
  body: unknown,
  response: Response,
): Response {
  const account = state.bearer(request)?.email;
  const headers = Object.fromEntries([...request.headers].filter(([name]) => name !== "authorization"));
  state.log.push({
    host,
    method: request.method,
    path,
    status: response.status,
    headers,
    body,
    ...(account === undefined ? {} : { account }),
  });
  return response;
}

function controlOf(state: OAuthState): OAuthSimulatorControl {
  const scope =
    "https://www.googleapis.com/auth/cloud-platform https://www.googleapis.com/auth/userinfo.email";
  return {
    account: (email) => state.account(email),
    signInAs: (email) => void (state.signsInAs = email),
    consent: (how) => void (state.consent = how),
    withholdRefreshToken: (yes) => void (state.withholdRefreshToken = yes),
    allowClient: (yes) => void (state.clientAllowed = yes),
    knowClient: (yes) => void (state.knowsClient = yes),
    registerCodePages: (yes) => void (state.codePages = yes),
    addClient: (id, secret) => void state.clients.set(id, secret),
    failSearches: (yes) => void (state.failsSearches = yes),
    setVersionFloor: (version) => void (state.versionFloor = version),
    setManifest: (text) => void (state.manifest = text),
    setTokenDelay: (ms) => void (state.tokenDelay = ms),
    failHost(host, fault) {
      if (fault === undefined) state.hostFaults.delete(host);
      else state.hostFaults.set(host, fault);
    },
    issueRefreshToken: (email) => state.issueRefresh(email, scope),
    expireAccessTokens(email) {
      for (const [token, access] of state.tokens) if (access.email === email) state.tokens.delete(token);
    },
    addServiceAccount: (email, project, publicKey) =>
      void state.serviceAccounts.set(email, { project, publicKey }),
    hasGrant: (email) => [...state.grants.values()].some((grant) => grant.email === email),
  };
}
