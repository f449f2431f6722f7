import { ok, type Result } from "../core/mod.ts";
import type { AgentProblem, AgentSystem, ProcessResult } from "./contract.ts";
import type { HeadlessRun } from "./known_agent.ts";
import { join } from "./places.ts";
import { findAgent } from "./agents.ts";

export interface TestOptions {
  /** The model to ask for. */
  readonly model: string;
  /** The plan's `env`, for agents that read only the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds; default 120,000. */
  readonly timeoutMs?: number;
}

/** The result of one run of an agent. */
export interface InstallTest {
  readonly agent: string;
  readonly outcome: "ok" | "failed" | "skipped";
  /** One sentence. */
  readonly reason: string;
  readonly seconds: number;
  /** The end of what the agent printed, when it failed. */
  readonly output?: string;
}

/** Runs the agent's own headless mode once in an empty folder and asks it to read a file with one of its tools. */
export async function testInstall(
  agentId: string,
  options: TestOptions,
  system: AgentSystem,
): Promise<Result<InstallTest, AgentProblem>> {
  const found = findAgent(agentId);
  if (!found.ok) return found;
  const agent = found.value;
  const skipped = (reason: string) => ok({ agent: agentId, outcome: "skipped", reason, seconds: 0 } as const);
  if (agent.headless === undefined || agent.command === undefined) {
    return skipped(`${agent.name} has no headless mode`);
  }
  const command = await system.which(agent.command);
  if (command === undefined) return skipped(`${agent.command} is not on the PATH`);
  await using folder = await system.scratch();
  const marker = `MARKER-${crypto.randomUUID().slice(0, 8)}`;
  await system.write(join(system, folder.path, "marker.txt"), new TextEncoder().encode(`${marker}\n`));
  const run = agent.headless(options.model, PROMPT);
  const started = system.now();
  const done = await system.run(command, run.args, {
    cwd: folder.path,
    // Some programs take the current folder from PWD: without it they would work in the user's.
    env: { ...QUIET, PWD: folder.path, ...run.env, ...options.env },
    timeoutMs: options.timeoutMs ?? 120_000,
    endHelpers: true,
  });
  const seconds = Math.round((system.now() - started) / 100) / 10;
  const said = await answerOf(run, done, folder.path, system);
  return ok({ agent: agentId, seconds, ...verdict(agent.name, run, done, said.includes(marker)) });
}

const PROMPT =
  "Read the file marker.txt in the current directory with one of your tools (for example run: cat marker.txt) " +
  "and answer with exactly the text it contains, nothing else.";

const QUIET = { CI: "1", NO_COLOR: "1", TERM: "dumb", DO_NOT_TRACK: "1", NO_UPDATE_NOTIFIER: "1" };

async function answerOf(
  run: HeadlessRun,
  done: ProcessResult,
  folder: string,
  system: AgentSystem,
): Promise<string> {
  if (run.answerFile !== undefined) {
    const bytes = await system.read(join(system, folder, run.answerFile));
    return new TextDecoder().decode(bytes ?? new Uint8Array());
  }
  return run.answer?.(done.stdout) ?? done.stdout;
}

function verdict(
  name: string,
  { withoutTools = false }: HeadlessRun,
  done: ProcessResult,
  found: boolean,
): Pick<InstallTest, "outcome" | "reason" | "output"> {
  if (found && done.code === 0) {
    const how = withoutTools ? "was given the file in its prompt" : "read the file with a tool";
    return { outcome: "ok", reason: `${name} ${how} and answered` };
  }
  const reason = done.timedOut
    ? `${name} did not end in time`
    : done.code !== 0
    ? `${name} ended with exit code ${done.code}`
    : `${name} answered without the file's text`;
  return { outcome: "failed", reason, output: `${done.stdout}\n${done.stderr}`.trim().slice(-2000) };
}
