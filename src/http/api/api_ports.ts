import type { Outcome } from "../../admin/mod.ts";

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

/** Sends a kept request again, if wished on one key (id, label or tail) or with another model. */
export type ReplayPort = (
  id: string,
  how: { readonly key?: string; readonly model?: string },
) => Promise<Outcome<unknown>>;

export interface ApiPorts {
  readonly replay?: ReplayPort;
  readonly agents?: AgentsPort;
  /** Largest body of an import; MAX_BODY_BYTES. */
  readonly maxBodyBytes: number;
}
