import type { FailureClass } from "./failure.ts";
import type { ClientId, CredentialId, RequestId } from "./ids.ts";
import type { SourceName } from "./source.ts";

/** Token counts of one turn in Gemini's arithmetic: total = prompt + candidates + thoughts + toolUse; prompt includes cached. */
export interface Usage {
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly candidatesTokens: number;
  readonly thoughtsTokens: number;
  readonly toolUseTokens: number;
  readonly totalTokens: number;
  /** Tokens by modality (TEXT, IMAGE, AUDIO, ...), as Google gives them; they need not add up. */
  readonly promptDetails?: Readonly<Record<string, number>>;
  readonly candidatesDetails?: Readonly<Record<string, number>>;
  readonly serviceTier?: string;
}

/** One try on one credential. Times are milliseconds from the start of the attempt. */
export interface AttemptRecord {
  readonly credential: CredentialId;
  readonly source: SourceName;
  /** Label or tail, never the secret. */
  readonly name: string;
  readonly model: string;
  readonly bucket: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly queuedMs: number;
  /** To the reply's head. */
  readonly connectMs?: number;
  /** To the first event that a client could see. */
  readonly firstTokenMs?: number;
  readonly totalMs: number;
  readonly status?: number;
  readonly failure?: FailureClass;
  /** One safe sentence. */
  readonly message?: string;
  /** Why this credential was chosen, and what its failure changed. */
  readonly note?: string;
}

/** Everything kept of one client request. No body, no secret. */
export interface CallRecord {
  readonly id: RequestId;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly dialect: string;
  readonly operation: string;
  readonly stream: boolean;
  /** As the client wrote it. */
  readonly modelAsked: string;
  /** As it was served; absent when nothing was sent. */
  readonly modelUsed?: string;
  readonly client: ClientId;
  /** Agent name and version from the user-agent header, bounded. */
  readonly agent: string;
  readonly session: string;
  /** HTTP status the client saw. */
  readonly status: number;
  /** `refused`: it never became a call (a wrong token, an unknown model, a body that cannot be read, a used-up budget). */
  readonly outcome: "ok" | "failed" | "cancelled" | "refused";
  readonly failure?: FailureClass;
  readonly message?: string;
  readonly finish?: string;
  readonly queuedMs: number;
  readonly firstTokenMs?: number;
  readonly totalMs: number;
  readonly requestBytes: number;
  readonly usage?: Usage;
  readonly warnings: readonly string[];
  readonly attempts: readonly AttemptRecord[];
}

/** Name under which figures count names together that are too many to be told apart. */
export const OTHER_NAMES = "(other)";

/** Kinds that calls are looked for by. A call may be of several kinds. */
export const CALL_KINDS = ["failed", "refused", "left", "slow", "retried"] as const;
export type CallKind = typeof CALL_KINDS[number];

/** A call is slow from here on. */
const SLOW_MS = 30_000;

export function isOfKind(record: CallRecord, kind: CallKind): boolean {
  switch (kind) {
    case "failed":
      return record.outcome === "failed";
    case "refused":
      return record.outcome === "refused";
    case "left":
      return record.outcome === "cancelled";
    case "slow":
      return record.totalMs >= SLOW_MS;
    case "retried":
      return record.attempts.length > 1;
  }
}
