import { ok, type Result } from "../core/mod.ts";
import type { AgentProblem, AgentSystem, Edit, FileRecord, Plan, RecordPort } from "./contract.ts";
import { planDiff } from "./text_diff.ts";
import { readText, withoutOurs } from "./plan_file.ts";
import { registeredAgent } from "./agents.ts";

/**
 * Plans the removal of exactly what install added. Without a record the plan is empty; a file that no longer
 * parses is left alone, named in `notes` and kept in the record.
 */
export async function planUninstall(
  agentId: string,
  system: AgentSystem,
  records: RecordPort,
): Promise<Result<Plan, AgentProblem>> {
  const found = await registeredAgent(agentId, records);
  if (!found.ok) return found;
  const { agent, record } = found.value;
  const edits: Edit[] = [];
  const notes: string[] = [];
  const left: FileRecord[] = [];
  for (const file of record?.files ?? []) {
    const text = await readText(system, file.path);
    const without = text.ok ? withoutOurs(text.value, file) : text;
    if (!without.ok) {
      notes.push(without.error.message);
      left.push(file);
    } else if (text.ok && without.value !== (text.value ?? null)) {
      edits.push({
        path: file.path,
        ...(text.value === undefined ? {} : { before: text.value }),
        ...(without.value === null ? {} : { after: without.value }),
      });
    }
  }
  if (record === undefined) notes.push(`${agent.name} was not registered by GemiNitro; nothing is taken out`);
  if (agent.env !== undefined) {
    notes.push(`Take the variables of ${agent.name} out of your shell's start-up file as well`);
  }
  return ok({
    agent: agentId,
    action: "uninstall",
    edits,
    diff: planDiff(edits),
    notes,
    ...(record === undefined ? {} : { record: left.length === 0 ? null : { ...record, files: left } }),
  });
}
