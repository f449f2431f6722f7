import type { AgentProblem, AgentRecord, AgentWire, RecordPort, Scope } from "./contract.ts";
import { aider } from "./known/aider.ts";
import { claude } from "./known/claude.ts";
import { cline } from "./known/cline.ts";
import { codex } from "./known/codex.ts";
import { continueDev } from "./known/continue.ts";
import { copilot } from "./known/copilot.ts";
import { crush } from "./known/crush.ts";
import { droid } from "./known/droid.ts";
import { gemini } from "./known/gemini.ts";
import { goose } from "./known/goose.ts";
import { kimi } from "./known/kimi.ts";
import { manual } from "./known/manual.ts";
import { kilo, opencode } from "./known/opencode.ts";
import { opencrabs } from "./known/opencrabs.ts";
import { pi } from "./known/pi.ts";
import { qwen } from "./known/qwen.ts";
import { zed } from "./known/zed.ts";
import type { KnownAgent } from "./known_agent.ts";
import { err, ok, type Result } from "../core/mod.ts";

const KNOWN: readonly KnownAgent[] = [
  opencode,
  claude,
  codex,
  gemini,
  continueDev,
  aider,
  kimi,
  qwen,
  opencrabs,
  cline,
  kilo,
  copilot,
  pi,
  droid,
  crush,
  goose,
  zed,
  manual,
];

/** An agent as lists show it. */
export interface Agent {
  readonly id: string;
  readonly name: string;
  readonly wire: AgentWire;
  readonly command?: string;
  /** The scopes in which it can be registered; most have only the user's own configuration. */
  readonly scopes: readonly Scope[];
  /** Whether it can be run once to see that it works. */
  readonly testable: boolean;
}

export function knownAgent(id: string): KnownAgent | undefined {
  return KNOWN.find((one) => one.id === id);
}

/** Every agent that can be registered, the most used first; `manual` last. */
export const AGENTS: readonly Agent[] = KNOWN.map(({ id, name, wire, command, scopes, headless }) => ({
  id,
  name,
  wire,
  ...(command === undefined ? {} : { command }),
  scopes,
  testable: headless !== undefined,
}));

/** Finds an agent by its id. */
export function findAgent(id: string): Result<KnownAgent, AgentProblem> {
  const agent = knownAgent(id);
  if (agent !== undefined) return ok(agent);
  return err({ code: "unknown_agent", message: `agent: ${JSON.stringify(id)} is not known` });
}

/** Finds an agent by its id, with the record of an earlier registration. */
export async function registeredAgent(
  id: string,
  records: RecordPort,
): Promise<Result<{ readonly agent: KnownAgent; readonly record: AgentRecord | undefined }, AgentProblem>> {
  const agent = findAgent(id);
  return agent.ok ? ok({ agent: agent.value, record: await records.read(id) }) : agent;
}
