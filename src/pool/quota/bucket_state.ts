import { SOURCE_TABLE, type SourceName } from "../../core/mod.ts";
import type { Said } from "../candidates/cooldown.ts";
import type { KnownLimit } from "./set_limits.ts";

/** Why a bucket serves nothing until a time. */
export interface Block {
  readonly until: number;
  /** minute, day or cooling. */
  readonly kind: "minute" | "day" | "cooling";
  readonly reason: string;
  /** True when Google stated `until`; else it is our own pause, which grows, and ends with one trial call. */
  readonly fact: boolean;
  /** True when Google itself closed it; a guess may be wrong, so their number is limited. */
  readonly stated: boolean;
  readonly at: number;
  /** Google's failure, for refused calls. */
  readonly said: Said;
}

/**
 * True for sources whose quota Google counts for each account, whichever project it calls through; all others
 * are counted for each project.
 */
export function countedByAccount(source: SourceName): boolean {
  return SOURCE_TABLE[source].countedBy === "account";
}

export interface BucketIdentity {
  readonly id: string;
  readonly project: string;
  readonly projectKind: "told" | "measured" | "key";
  readonly source: SourceName;
  /** The quota group, or the model alone. */
  readonly unit: string;
}

/** A share of a quota that its source stated without numbers, and when it resets. */
export interface StatedShare {
  readonly fraction: number;
  readonly resetsAt?: number;
  readonly asOf: number;
  /** The day's count at that time. */
  readonly count?: number;
}

/** The part of the pace that survives a restart. */
export interface PaceState {
  readonly rpm: KnownLimit | undefined;
  /**
   * Our share of a limit that others use too, since when it is assumed, and when it is tested; absent while all
   * is ours.
   */
  readonly shared: { readonly limit: number; readonly at?: number; readonly step?: number } | undefined;
  readonly observedMax: number;
}

/** The part of the day that survives a restart. */
export interface DayState {
  readonly rpd: KnownLimit | undefined;
  /** Absent when no day was begun. */
  readonly day: { readonly endsAt: number; readonly count: number } | undefined;
  /** When a closed day is probed again, and the interval to the probe after that. */
  readonly probe: { readonly at: number; readonly every?: number } | undefined;
}

/**
 * The part of a bucket that survives a restart: learned limits, the day's count, the block with its true end,
 * and the running minute.
 */
export interface BucketState extends PaceState, DayState {
  readonly tpm: KnownLimit | undefined;
  readonly block: Block | undefined;
  readonly guesses: number;
  /** Sends of the running minute, by seconds. */
  readonly window: readonly (readonly [at: number, requests: number, tokens: number])[];
}
