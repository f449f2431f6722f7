import { ok, type Result } from "../core/mod.ts";
import type { AgentProblem, FileRecord } from "./contract.ts";
import { isEmpty } from "./data.ts";
import { editText, parseText, sameData } from "./edit_text.ts";
import { takeOut } from "./take_out.ts";
import { merge } from "./text/merge.ts";

/**
 * A file's text without what install put in and with what it replaced; null when there would be no file. An untouched file
 * becomes what it was, byte for byte; in an edited one the user's lines stay as they are wherever lines can be told apart.
 */
export function withoutOurs(
  text: string | undefined,
  record: FileRecord,
): Result<string | null, AgentProblem> {
  const { before, format, path } = record;
  if (text === undefined) return ok(null);
  if (text === record.after || text === record.earlier) return ok(before);
  if (text === before) return ok(before);
  const current = parseText(format, path, text);
  if (!current.ok) return current;
  const old = parseText(format, path, before ?? "");
  const wanted = takeOut(current.value, old.ok ? old.value : {}, record.changes);
  if (before === null && isEmpty(wanted)) return ok(null);
  if (sameData(wanted, current.value)) return ok(text);
  const merged = merge(record.after, before ?? "", text);
  if (merged !== undefined) {
    const parsed = parseText(format, path, merged);
    if (parsed.ok && sameData(parsed.value, wanted)) return ok(merged);
  }
  return editText(format, path, text, current.value, wanted);
}
