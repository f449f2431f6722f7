/**
 * Registers the proxy with coding agents: which agents exist, where each keeps its configuration, what it needs,
 * and how a file is edited in place. Plans before it writes, writes files atomically, keeps a record and a dated
 * backup, and removes exactly what it added. Never touches a file that does not parse, a shell's start-up file,
 * or a default that the user chose; never shows a secret in a diff.
 *
 * @module
 */
export { type Agent, AGENTS } from "./agents.ts";
export { applyPlan } from "./apply_plan.ts";
export type {
  AgentModel,
  AgentProblem,
  AgentProblemCode,
  AgentRecord,
  AgentSystem,
  AgentWire,
  Edit,
  FileRecord,
  InstallRequest,
  Plan,
  ProcessResult,
  RecordPort,
  Scope,
} from "./contract.ts";
export { detectAgents, type DetectedAgent } from "./detect_agents.ts";
export { homeRecords } from "./home_records.ts";
export { hostSystem } from "./host_system.ts";
export { planInstall, planRefresh } from "./plan_install.ts";
export { planUninstall } from "./plan_uninstall.ts";
export { type InstallTest, testInstall, type TestOptions } from "./test_install.ts";
