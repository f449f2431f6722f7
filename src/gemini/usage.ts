import { isObject, type Usage } from "../core/mod.ts";
import type { UsageMetadata } from "./wire.ts";

/** The usage of a turn that reported none. */
export const NO_USAGE: Usage = {
  promptTokens: 0,
  cachedTokens: 0,
  candidatesTokens: 0,
  thoughtsTokens: 0,
  toolUseTokens: 0,
  totalTokens: 0,
};

/** Chunks carry cumulative counts with holes: the last value of each field counts, nothing is summed. */
export function mergeUsage(earlier: UsageMetadata | undefined, later: UsageMetadata): UsageMetadata {
  if (earlier === undefined || coversAll(later, earlier)) return later;
  const merged: Record<string, unknown> = { ...earlier };
  for (const [field, value] of Object.entries(later)) {
    if (value !== undefined && value !== null) merged[field] = value;
  }
  return merged as UsageMetadata;
}

/** True when no earlier count remains, as for nearly every chunk. */
function coversAll(later: UsageMetadata, earlier: UsageMetadata): boolean {
  for (const field in earlier) {
    const name = field as keyof UsageMetadata;
    if ((later[name] ?? undefined) === undefined && (earlier[name] ?? undefined) !== undefined) return false;
  }
  return true;
}

/** Google's counts as `Usage`: every number there, the total taken as given or else summed. */
export function usageOf(metadata: UsageMetadata): Usage {
  const promptTokens = count(metadata.promptTokenCount);
  const candidatesTokens = count(metadata.candidatesTokenCount);
  const thoughtsTokens = count(metadata.thoughtsTokenCount);
  const toolUseTokens = count(metadata.toolUsePromptTokenCount);
  const sum = promptTokens + candidatesTokens + thoughtsTokens + toolUseTokens;
  const promptDetails = byModality(metadata.promptTokensDetails);
  const candidatesDetails = byModality(metadata.candidatesTokensDetails);
  const usage: { -readonly [Field in keyof Usage]: Usage[Field] } = {
    promptTokens,
    cachedTokens: count(metadata.cachedContentTokenCount),
    candidatesTokens,
    thoughtsTokens,
    toolUseTokens,
    totalTokens: Math.max(count(metadata.totalTokenCount), sum),
  };
  if (promptDetails !== undefined) usage.promptDetails = promptDetails;
  if (candidatesDetails !== undefined) usage.candidatesDetails = candidatesDetails;
  if (typeof metadata.serviceTier === "string") usage.serviceTier = metadata.serviceTier;
  return usage;
}

/** True when the metadata says anything about tokens (some chunks hold nothing but a traffic type). */
export function hasCounts(metadata: UsageMetadata): boolean {
  return metadata.promptTokenCount !== undefined || metadata.totalTokenCount !== undefined ||
    metadata.candidatesTokenCount !== undefined || metadata.thoughtsTokenCount !== undefined;
}

function count(value: unknown): number {
  return typeof value === "number" && value > 0 ? Math.min(Math.trunc(value), Number.MAX_SAFE_INTEGER) : 0;
}

/** Google knows five. */
const MOST_MODALITIES = 32;

function byModality(details: UsageMetadata["promptTokensDetails"]): Record<string, number> | undefined {
  if (!Array.isArray(details) || details.length === 0) return undefined;
  const counts: Record<string, number> = {};
  for (const detail of details.slice(0, MOST_MODALITIES)) {
    if (!isObject(detail)) continue;
    const { modality, tokenCount } = detail;
    const name = typeof modality === "string" && /^[A-Z_]{1,40}$/.test(modality)
      ? modality
      : "MODALITY_UNSPECIFIED";
    counts[name] = (counts[name] ?? 0) + count(tokenCount);
  }
  return counts;
}
