import { err, isObject, ok, type Result } from "../core/mod.ts";
import type {
  AgentProblem,
  AgentSystem,
  Change,
  DataPath,
  Edit,
  FileRecord,
  FileSpec,
  Scope,
} from "./contract.ts";
import { editText, parseText, sameData } from "./edit_text.ts";
import { isEmpty, removeAt, same, sameItem, setAt, valueAt } from "./data.ts";
import { merge } from "./text_diff.ts";

/** Mode of files that install creates: they contain the proxy's key. */
const PRIVATE = 0o600;

export interface PlannedFile {
  readonly edit: Edit;
  readonly record: FileRecord;
}

/** Plans the edit of one file; undefined when nothing has to change. */
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

/**
 * The wanted configuration. `base` is the configuration without our values, `earlier` the values of an earlier
 * install, of which those no longer wanted are removed.
 */
function putIn(
  current: unknown,
  base: unknown,
  earlier: readonly Change[],
  changes: readonly Change[],
): unknown {
  let data: unknown = structuredClone(current);
  for (const old of earlier) dropStale(data, base, old, changes);
  prune(data, base, earlier);
  for (const change of changes) data = apply(data, base, change);
  return data;
}

function apply(data: unknown, base: unknown, change: Change): unknown {
  switch (change.kind) {
    case "put":
      return mergeInto(data, change.path, change.value);
    case "absent":
      removeAt(data, change.path);
      return data;
    case "default": {
      const taken = [change.path, ...(change.unless ?? [])].some((path) => valueAt(base, path) !== undefined);
      return taken ? data : setAt(data, change.path, change.value);
    }
    case "items": {
      if (change.onlyInList === true && !Array.isArray(valueAt(base, change.path))) return data;
      let root = data;
      for (const value of change.values) {
        const list = valueAt(root, change.path);
        const items: readonly unknown[] = Array.isArray(list) ? list : [];
        const at = items.findIndex((item) => sameItem(item, value, change.by));
        root = mergeInto(root, [...change.path, at < 0 ? items.length : at], value);
      }
      return root;
    }
  }
}

function mergeInto(data: unknown, path: DataPath, value: unknown): unknown {
  const there = valueAt(data, path);
  if (!isObject(there) || !isObject(value)) return same(there, value) ? data : setAt(data, path, value);
  return Object.entries(value).reduce((root, [key, inner]) => mergeInto(root, [...path, key], inner), data);
}

function dropStale(data: unknown, base: unknown, old: Change, changes: readonly Change[]): void {
  if (old.kind === "absent") return;
  const next = changes.find((one) => one.kind === old.kind && same(one.path, old.path));
  if (old.kind === "items") {
    const kept = next?.kind === "items" ? next.values : [];
    for (const value of old.values) {
      const list = valueAt(data, old.path);
      const at = Array.isArray(list) ? list.findIndex((item) => sameItem(item, value, old.by)) : -1;
      if (at >= 0 && !kept.some((one) => sameItem(one, value, old.by))) removeAt(data, [...old.path, at]);
    }
  } else if (old.kind === "default") {
    if (same(valueAt(data, old.path), old.value) && valueAt(base, old.path) === undefined) {
      removeAt(data, old.path);
    }
  } else {
    dropKeys(data, base, old.path, old.value, next?.kind === "put" ? next.value : undefined);
  }
}

function dropKeys(data: unknown, base: unknown, path: DataPath, old: unknown, next: unknown): void {
  if (next === undefined) {
    const own = valueAt(base, path);
    if (own === undefined) removeAt(data, path);
    else setAt(data, path, own);
  } else if (isObject(old) && isObject(next)) {
    for (const key of Object.keys(old)) dropKeys(data, base, [...path, key], old[key], next[key]);
  }
}

/** The configuration without the values that `changes` added and with those they replaced; everything else stays. */
function takeOut(current: unknown, before: unknown, changes: readonly Change[]): unknown {
  const data: unknown = structuredClone(current);
  for (const change of changes.toReversed()) take(data, before, change);
  prune(data, before, changes);
  return data;
}

function take(data: unknown, before: unknown, change: Change): void {
  if (change.kind === "put") return restore(data, before, change.path, change.value);
  if (change.kind === "default") {
    if (same(valueAt(data, change.path), change.value)) restore(data, before, change.path, change.value);
    return;
  }
  const old = valueAt(before, change.path);
  if (change.kind === "absent") {
    if (old !== undefined && valueAt(data, change.path) === undefined) setAt(data, change.path, old);
    return;
  }
  for (const value of change.values) {
    const list = valueAt(data, change.path);
    if (!Array.isArray(list)) continue;
    const at = list.findIndex((item) => sameItem(item, value, change.by));
    if (at < 0) continue;
    const own = Array.isArray(old) ? old.find((item) => sameItem(item, value, change.by)) : undefined;
    if (own === undefined) list.splice(at, 1);
    else list[at] = structuredClone(own);
  }
}

function restore(data: unknown, before: unknown, path: DataPath, value: unknown): void {
  const old = valueAt(before, path);
  const there = valueAt(data, path);
  if (old === undefined) removeAt(data, path);
  else if (isObject(old) && isObject(value) && isObject(there)) {
    for (const key of Object.keys(value)) restore(data, before, [...path, key], value[key]);
  } else setAt(data, path, old);
}

/** Removes containers that are empty now and did not exist before. */
function prune(data: unknown, before: unknown, changes: readonly Change[]): void {
  for (const { path } of changes) {
    for (let length = path.length; length > 0; length--) {
      const at = path.slice(0, length);
      if (isEmpty(valueAt(data, at)) && valueAt(before, at) === undefined) removeAt(data, at);
    }
  }
}

/**
 * A file's text without the values that install added and with those it replaced; null when no file would
 * remain. An unedited file is restored byte for byte; in an edited one the user's lines stay as they are, as far
 * as lines can be told apart.
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

/** A file's text, byte order mark included; undefined when there is no file. */
export async function readText(
  system: AgentSystem,
  path: string,
): Promise<Result<string | undefined, AgentProblem>> {
  try {
    const bytes = await system.read(path);
    if (bytes === undefined) return ok(undefined);
    return ok(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    const reason = error instanceof TypeError
      ? "it is not UTF-8 text"
      : error instanceof Error
      ? error.message
      : String(error);
    return err({ code: "unreadable", path, message: `${path} cannot be read: ${reason}. It was left alone` });
  }
}
