import { type Credential, type JsonObject, type OAuthCredential, trimEndOf } from "../core/mod.ts";

/** How one of the two sources behind Code Assist's private API is reached. */
export interface CodeAssistService {
  readonly source: OAuthCredential["source"];
  /** Bases in the order in which they are tried. */
  readonly hosts: readonly string[];
  /** One fixed value for all accounts: the service decides by it what it serves. */
  readonly userAgent: string;
  /** Who asks, in the words of loadCodeAssist and onboardUser. */
  readonly metadata: JsonObject;
  /** The project number of the OAuth client, which Google names when that client may not call the API. */
  readonly clientProject?: string;
}

/** An OAuth client's id begins with the number of its project. */
export function clientProjectOf(clientId: string | undefined): string | undefined {
  return /^(\d{6,})-/.exec(clientId ?? "")?.[1];
}

/** Address of a method: `{host}/v1internal:{method}`. Hosts beyond the last one begin again. */
export function codeAssistUrl(service: CodeAssistService, host: number, method: string): string {
  const base = service.hosts[host % service.hosts.length] ?? "";
  return `${trimEndOf(base, "/")}/v1internal${method}`;
}

/** The least that the service takes; nothing of the client's goes along. */
export function codeAssistHeaders(service: CodeAssistService, accessToken: string): Record<string, string> {
  return {
    "authorization": `Bearer ${accessToken}`,
    "content-type": "application/json",
    "user-agent": service.userAgent,
  };
}

/** The account as this source's requests need it. Throws a TypeError for credentials that were not made ready. */
export function readyAccount(service: CodeAssistService, credential: Credential) {
  if (credential.source !== service.source) {
    throw new TypeError(
      `${service.source} takes its own accounts; credential ${credential.id} is of ${credential.source}`,
    );
  }
  const { accessToken, codeAssistProject } = credential;
  if (accessToken === undefined) throw new TypeError(`Credential ${credential.id} has no access token yet`);
  return { token: accessToken.reveal(), project: codeAssistProject };
}
