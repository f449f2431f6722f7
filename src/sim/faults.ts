import { type JsonObject, matchesGlob } from "../core/mod.ts";
import type { Newline } from "./emission.ts";

/** Which calls a fault strikes. Every condition must hold. */
export interface FaultMatch {
  /** The API key. */
  readonly key?: string;
  /** A model glob. */
  readonly model?: string;
  /** A method of the API, for example `generateContent` or `streamGenerateContent`. */
  readonly method?: string;
  /** Only the n-th call (from 1) of those that the other conditions let through. */
  readonly nth?: number;
}

/** What goes wrong. Counts of chunks begin after the head: `after: 0` strikes before the first chunk. */
export type FaultKind =
  | { readonly kind: "latency"; readonly ms: number }
  | { readonly kind: "slow"; readonly ms: number }
  | { readonly kind: "reset_before_head" }
  | { readonly kind: "hang_before_head" }
  | { readonly kind: "reset_mid_stream"; readonly after: number }
  | { readonly kind: "truncate"; readonly after?: number }
  | { readonly kind: "raw_error"; readonly after: number; readonly status?: number }
  | { readonly kind: "event_error"; readonly after: number; readonly status?: number }
  | { readonly kind: "stall"; readonly after?: number; readonly ms: number }
  | { readonly kind: "hang"; readonly after: number }
  | { readonly kind: "empty" }
  | { readonly kind: "malformed_call" }
  | { readonly kind: "thoughts_only" }
  | { readonly kind: "prompt_block"; readonly reason?: string }
  | { readonly kind: "finish"; readonly reason: string }
  | { readonly kind: "no_usage" }
  | { readonly kind: "no_args" }
  | { readonly kind: "split_bytes"; readonly size?: number }
  | { readonly kind: "framing"; readonly newline: Newline }
  | { readonly kind: "comments" }
  | {
    readonly kind: "status";
    readonly status: number;
    /** Text is sent as it is; an object becomes the `error` of the body. */
    readonly body?: string | JsonObject;
    readonly contentType?: string;
    readonly headers?: Readonly<Record<string, string>>;
  }
  | {
    /** Sends a recorded or written body byte for byte; a list is sent piece by piece. */
    readonly kind: "replay";
    readonly body: string | readonly string[];
    readonly status?: number;
    readonly contentType?: string;
  };

/** A fault and where it strikes; `times` defaults to 1, `Infinity` means until it is removed. */
export type Fault = FaultKind & { readonly match?: FaultMatch; readonly times?: number };

export interface CallFacts {
  readonly key: string | null;
  readonly model: string | undefined;
  readonly method: string;
}

interface Armed {
  readonly fault: Fault;
  seen: number;
  left: number;
}

/** The faults waiting for their calls. */
export class FaultBoard {
  readonly #armed = new Set<Armed>();

  /** Arms a fault; the returned function takes it back. */
  add(fault: Fault): () => void {
    const armed: Armed = { fault, seen: 0, left: fault.times ?? 1 };
    this.#armed.add(armed);
    return () => void this.#armed.delete(armed);
  }

  clear(): void {
    this.#armed.clear();
  }

  /** Every fault that strikes this call, oldest first; each is used up by one. Of several replays only the first strikes. */
  take(call: CallFacts): readonly Fault[] {
    const struck: Fault[] = [];
    for (const armed of this.#armed) {
      if (!matches(armed.fault.match, call)) continue;
      const whole = armed.fault.kind === "replay" || armed.fault.kind === "status";
      if (whole && struck.some((fault) => fault.kind === armed.fault.kind)) continue;
      armed.seen++;
      const nth = armed.fault.match?.nth;
      if (nth !== undefined && armed.seen !== nth) continue;
      struck.push(armed.fault);
      if (--armed.left <= 0) this.#armed.delete(armed);
    }
    return struck;
  }
}

function matches(match: FaultMatch | undefined, call: CallFacts): boolean {
  if (!match) return true;
  if (match.key !== undefined && match.key !== call.key) return false;
  if (match.method !== undefined && match.method !== call.method) return false;
  return match.model === undefined || (call.model !== undefined && matchesGlob(match.model, call.model));
}

/** The first struck fault of a kind. */
export function struckBy<Kind extends Fault["kind"]>(
  faults: readonly Fault[],
  kind: Kind,
): Extract<Fault, { readonly kind: Kind }> | undefined {
  return faults.find((fault): fault is Extract<Fault, { readonly kind: Kind }> => fault.kind === kind);
}
