import { err, ok, type Result } from "../core/mod.ts";
import type { AgentProblem, AgentSystem, Edit, FileRecord, FileSpec, Scope } from "./contract.ts";
import { sameData } from "./edit_text.ts";
import { editText, parseText } from "./edit_text.ts";
import { putIn } from "./put_in.ts";
import { readText } from "./read_text.ts";
import { withoutOurs } from "./without_ours.ts";

/** Mode of the files that are ours to make: they hold the proxy's key. */
const PRIVATE = 0o600;

export interface PlannedFile {
  readonly edit: Edit;
  readonly record: FileRecord;
}

/** What one file needs; undefined when it is already as it should be. */
export async function planFile(
  system: AgentSystem,
  spec: FileSpec,
  scope: Scope,
  former: FileRecord | undefined,
): Promise<Result<PlannedFile | undefined, AgentProblem>> {
  const { path, format, changes } = spec;
  const read = await readText(system, path);
  if (!read.ok) return read;
  const text = read.value;
  const current = parseText(format, path, text ?? "");
  if (!current.ok) return err(current.error);
  const before = former === undefined ? ok(text ?? null) : withoutOurs(text, former);
  if (!before.ok) return before;
  const base = parseText(format, path, before.value ?? "");
  const wanted = putIn(current.value, base.ok ? base.value : {}, former?.changes ?? [], changes);
  if (sameData(wanted, current.value)) return ok(undefined);
  const after = editText(format, path, text ?? "", current.value, wanted);
  if (!after.ok) return after;
  return ok({
    edit: {
      path,
      ...(text === undefined ? { mode: PRIVATE } : { before: text }),
      ...(spec.holdsKeys === true ? { mostMode: PRIVATE } : {}),
      after: after.value,
    },
    record: {
      path,
      format,
      scope,
      before: before.value,
      after: after.value,
      ...(former === undefined || text === undefined ? {} : { earlier: text }),
      changes,
      at: new Date(system.now()).toISOString(),
      madeFolders: former?.madeFolders ?? [],
    },
  });
}
