import type { Outcome } from "../../admin/mod.ts";

/** Sign-in to OAuth sources, done by the room that knows them. */
export interface OAuthPort {
  begin(
    provider: string,
    options: { readonly request: Request; readonly returnTo?: string; readonly confirmed: boolean },
  ): Promise<Outcome<{ readonly authUrl: string; readonly state: string }>>;
  /** A pasted refresh token, code or redirect address. */
  manual(input: {
    readonly provider: string;
    readonly refreshToken?: string;
    readonly redirect?: string;
    readonly email?: string;
    readonly confirmed: boolean;
  }): Promise<Outcome<unknown>>;
  /** Existing credentials of other programs: a file's text, or the usual places of this machine. */
  importExisting(input: {
    readonly provider?: string;
    readonly text?: string;
    readonly confirmed: boolean;
  }): Promise<Outcome<unknown>>;
}

/** Coding agents on this machine, handled by the command line's room. */
export interface AgentsPort {
  list(): Promise<readonly unknown[]>;
  install(input: {
    readonly agents: readonly string[];
    readonly scope: "global" | "project";
    /** Only tell what would be written. */
    readonly dryRun: boolean;
  }): Promise<Outcome<unknown>>;
}

export interface ApiPorts {
  readonly oauth?: OAuthPort;
  readonly agents?: AgentsPort;
  /** Largest body of an import; MAX_BODY_BYTES. */
  readonly maxBodyBytes: number;
}
