import type { Failure } from "../core/mod.ts";
import type { LeaseRequest } from "../pool/contract.ts";
import type { UpstreamRequest } from "../upstreams/contract.ts";
import type { ClientWatch } from "./client_watch.ts";
import type { Repairs } from "./repair_memory.ts";
import type { Attempt } from "./run_attempts.ts";
import type { CallTrace } from "./trace.ts";

/** A native Gemini call: the client's bytes go to Google and Google's bytes come back. */
export interface NativeCall {
  readonly leaseRequest: Omit<LeaseRequest, "tried">;
  readonly trace: CallTrace;
  /** Aborts when the client leaves. */
  readonly client: ClientWatch;
  /** True for streamGenerateContent. */
  readonly stream: boolean;
  /** True for a stream of server-sent events, false for one JSON array. */
  readonly events: boolean;
  /** True when the reply is a model's turn, which must end with a finishReason. */
  readonly turn: boolean;
  readonly build: (attempt: Attempt) => UpstreamRequest | Promise<UpstreamRequest>;
  readonly repairs?: Repairs;
  /** A hash of the request, the same for the same body. */
  readonly fingerprint?: () => string;
  /** The frame that tells a native client that the stream broke. */
  readonly brokenFrame: (failure: Failure) => Uint8Array;
}

/** Google's reply as it came: status, type and bytes. */
export interface NativeReply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>;
}

/** A refusal, with Google's own words when the last failure was Google's. */
export interface NativeRefusal {
  readonly failure: Failure;
  readonly body?: string;
}

/** Called with the body of a refusal. */
export type OnRefusal = (failure: Failure, body: string) => void;
