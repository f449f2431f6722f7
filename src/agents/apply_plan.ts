import { err, ok, type Result } from "../core/mod.ts";
import type { AgentProblem, AgentRecord, AgentSystem, Edit, Plan, RecordPort } from "./contract.ts";
import { folderOf } from "./places.ts";
import { readText } from "./plan_file.ts";

/**
 * Applies a plan: writes backups and the record first, then one file after the other, each atomically. Refuses
 * when a file has changed since the plan was made.
 */
export async function applyPlan(
  plan: Plan,
  system: AgentSystem,
  records: RecordPort,
): Promise<Result<void, AgentProblem>> {
  for (const edit of plan.edits) {
    const text = await readText(system, edit.path);
    if (!text.ok) return text;
    if (text.value !== edit.before) return changed(edit.path);
  }
  const former = await records.read(plan.agent);
  let path = "";
  try {
    for (const edit of plan.edits) {
      if (edit.before !== undefined) await records.backup(plan.agent, edit.path, edit.before);
    }
    if (plan.record) await records.write(plan.agent, plan.record);
    const made = new Map<string, readonly string[]>();
    for (const edit of plan.edits) {
      path = edit.path;
      made.set(path, await applyEdit(edit, system));
    }
    await removeFolders(plan.edits, system, former);
    if (plan.record) await records.write(plan.agent, settled(plan.record, made));
    else if (plan.record === null) await records.remove(plan.agent);
    return ok(undefined);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return err({
      code: "write_failed",
      path,
      message: `${path || "The record"} cannot be written: ${reason}`,
    });
  }
}

function changed(path: string): Result<never, AgentProblem> {
  return err({ code: "changed", path, message: `${path} changed since the plan was made. Plan again` });
}

/** Writes one file; returns the folders that it had to create. */
async function applyEdit(edit: Edit, system: AgentSystem): Promise<readonly string[]> {
  if (edit.after === undefined) {
    await system.remove(edit.path);
    return [];
  }
  const made = edit.before === undefined ? await system.makeFolder(folderOf(system, edit.path)) : [];
  await system.write(edit.path, new TextEncoder().encode(edit.after), edit.mode, edit.mostMode);
  return made;
}

/** Removes the folders that install created for the removed files, if they are empty now. */
async function removeFolders(
  edits: readonly Edit[],
  system: AgentSystem,
  former: AgentRecord | undefined,
): Promise<void> {
  if (!edits.some(({ after }) => after === undefined)) return;
  const made = (former?.files ?? []).flatMap(({ madeFolders }) => madeFolders);
  for (const folder of made.toSorted((a, b) => b.length - a.length)) await system.removeEmptyFolder(folder);
}

/** The record after everything is written. */
function settled(record: AgentRecord, made: ReadonlyMap<string, readonly string[]>): AgentRecord {
  return {
    ...record,
    files: record.files.map(({ earlier: _, ...file }) => {
      const folders = made.get(file.path) ?? [];
      return folders.length === 0 ? file : { ...file, madeFolders: folders };
    }),
  };
}
