import { z } from "zod";
import { count, name, type Wire } from "./fields.ts";

/** A coding agent of this machine. */
export const Agent = z.object({
  id: z.string(),
  name: z.string(),
  detected: z.boolean(),
  installed: z.boolean().describe("It knows the proxy already"),
  path: z.string(),
  files: z.array(z.string()),
});
export type Agent = Wire<typeof Agent>;

export const InstallAgents = z.strictObject({
  agents: z.array(name).min(1, "no agents selected").max(50),
  scope: z.enum(["global", "project"]).default("global"),
  dryRun: z.boolean().default(false).describe("Only tell what would be written"),
  autoStart: z.enum(["none", "launchd", "systemd"]).optional(),
  autoUpdate: z.boolean().optional(),
});

export const InstalledAgents = z.object({
  results: z.array(z.object({
    agent: z.string(),
    ok: z.boolean(),
    message: z.string(),
    diff: z.string(),
    notes: z.array(z.string()).describe("What else the user should know"),
    lines: z.array(z.string()).describe("What the user has to run or paste, when no file does it"),
  })),
});
export type InstalledAgents = Wire<typeof InstalledAgents>;

export const SetupState = z.object({
  hasKeys: z.boolean(),
  hasWorkingKey: z.boolean(),
  models: z.array(z.string()),
  keys: z.object({
    total: count,
    statuses: z.object({ active: count, cooldown: count, disabled: count, dead: count }),
  }),
  hasAgents: z.boolean(),
  agents: z.array(Agent),
});
export type SetupState = Wire<typeof SetupState>;
