/** What is to run at sign-in, whatever the platform. */
export interface AutostartPlan {
  readonly program: string;
  readonly args: readonly string[];
  /** Where the output goes. */
  readonly log: string;
  /** Variables that the service needs; no secret among them. */
  readonly env: Readonly<Record<string, string>>;
  /** Whom a service of the system runs as; absent for a service of the user. */
  readonly user?: string;
}

export type Platform = "darwin" | "linux" | "linux_system" | "windows";

/** Name of the launchd agent. */
export const LAUNCHD_LABEL = "ai.geminitro";
export const SYSTEMD_UNIT = "geminitro.service";
export const WINDOWS_TASK = "GemiNitro";
