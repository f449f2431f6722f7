import type { Outcome } from "../admin/mod.ts";
import type { OAuthService } from "../oauth/mod.ts";
import type { Agent, InstalledAgents, Replayed } from "./contract.ts";

/** Coding agents on this machine. */
export interface AgentsPort {
  list(): Promise<readonly Agent[]>;
  install(input: {
    readonly agents: readonly string[];
    readonly scope: "global" | "project";
    /** Only tell what would be written. */
    readonly dryRun: boolean;
  }): Promise<Outcome<InstalledAgents>>;
}

/** Sends a kept request again, if wished on one key (id, label or tail) or with another model. */
export type ReplayPort = (
  id: string,
  how: { readonly key?: string; readonly model?: string },
) => Promise<Outcome<Replayed>>;

/** Parts that not every program has. */
export interface ApiPorts {
  readonly replay?: ReplayPort;
  readonly agents?: AgentsPort;
  readonly oauth?: OAuthService;
}
