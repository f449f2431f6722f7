import type { SettingRow } from "../../src/management/contract.ts";
import { byteSize, duration } from "../shared/format.ts";

/** Unsaved edits: texts by variable; null for the default. */
export type Draft = Readonly<Record<string, string | null>>;

export interface DraftLine {
  readonly row: SettingRow;
  readonly before: string;
  readonly after: string;
}

/** The text that the next start has without the draft. */
export function savedText(row: SettingRow): string {
  return (row.next === undefined ? row.value : row.next) ?? "";
}

/** A draft with one more change; what comes to the saved text is no change. */
export function changed(draft: Draft, row: SettingRow, text: string | null): Draft {
  const { [row.variable]: _, ...others } = draft;
  const isSaved = text === null ? row.origin === "default" : !row.secret && text.trim() === savedText(row);
  return isSaved || (row.secret && text === "")
    ? others
    : { ...others, [row.variable]: text?.trim() ?? null };
}

/** The lines of a draft, in the order of the table. No secret is in them. */
export function draftLines(rows: readonly SettingRow[], draft: Draft): readonly DraftLine[] {
  return rows.filter(({ variable }) => variable in draft).map((row) => {
    const text = draft[row.variable];
    const after = text === null || text === undefined ? row.fallback ?? "" : row.secret ? "set" : text;
    return { row, before: savedText(row), after };
  });
}

/** The settings whose name, meaning or value holds every typed word. */
export function matchingSettings(rows: readonly SettingRow[], typed: string): readonly SettingRow[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter(({ variable, doc, value, group }) => {
    const text = `${variable} ${variable.replaceAll("_", " ")} ${doc} ${value ?? ""} ${group}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** A number of milliseconds or bytes as people say it; empty for everything else. */
export function readable({ allowed }: Pick<SettingRow, "allowed">, text: string): string {
  if (!/^\d+$/.test(text) || text === "0") return "";
  if (allowed.includes("milliseconds")) return duration(Number(text)).replace(/ (00 s|0 min|0 h)$/, "");
  return allowed.includes("bytes") ? byteSize(Number(text)) : "";
}
