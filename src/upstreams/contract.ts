import type { Credential, Failure, Fetch, Operation, SourceName } from "../core/mod.ts";
import type { Blob64, GeminiRequest } from "../gemini/mod.ts";

export type UpstreamOperation = "generate" | "stream" | "count_tokens" | "embed" | "batch_embed";

/** One HTTP request, built again for each attempt. */
export interface UpstreamRequest {
  readonly url: string;
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** Parts of the request that the source cannot do, and what was done instead. */
  readonly warnings?: readonly string[];
}

export interface BuildInput {
  readonly operation: UpstreamOperation;
  readonly model: string;
  readonly request: GeminiRequest;
  /** Index of the source's host; grows on host fallback. */
  readonly host: number;
  readonly requestId: string;
  readonly session: string;
  /** Epoch milliseconds of the request, which some of Google's clients write into its id; default: 0. */
  readonly at?: number;
  /** A call that only searches, before the turn itself; default: a turn. */
  readonly purpose?: "search";
  /** For batch_embed: at most 100 inputs, in order. */
  readonly embed?: EmbedBatch;
}

/** The input of one vector: a text, or a picture or recording for models that take them. */
export type EmbedInput = string | { readonly inlineData: Blob64 };

/** Inputs to be turned into vectors by one upstream call. */
export interface EmbedBatch {
  readonly inputs: readonly EmbedInput[];
  readonly dimensions?: number;
  readonly taskType?: string;
  readonly title?: string;
}

/** A native client's request, to be passed on unchanged but for its credential. */
export interface PassThroughInput {
  readonly method: UpstreamRequest["method"];
  /** Path on the public API with the resolved model in it: `/v1beta/models/gemini-2.5-flash:generateContent`. */
  readonly path: string;
  /** Query without the client's key, with its question mark; empty when there is none. */
  readonly query: string;
  readonly body?: Uint8Array<ArrayBuffer>;
  /** Headers that may be passed on: content-type, x-goog-api-client, user-agent, x-goog-upload-*. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A reply without a success status. */
export interface FailureInput {
  readonly status: number;
  readonly body: string;
  readonly headers?: Headers;
  readonly model: string;
  /** The operation of the call; default: a turn. */
  readonly operation?: Operation;
  /** True when the request names a resource of a project, such as a file or a cache: a refusal may concern that. */
  readonly named?: boolean;
  /** Epoch milliseconds, for turning delays and resets into `until`. */
  readonly now: number;
}

/** A source's model, as its own list gives it. */
export interface DiscoveredModel {
  /** Without `models/`. */
  readonly id: string;
  readonly displayName?: string;
  readonly inputTokenLimit?: number;
  readonly outputTokenLimit?: number;
  /** generateContent, embedContent, countTokens, ... */
  readonly methods: readonly string[];
  readonly thinking?: boolean;
}

/** One source of Gemini: an envelope, its hosts and its errors. Pure except for `discover`, which gets a fetch. */
export interface Upstream {
  readonly source: SourceName;
  /** How many hosts can be tried in turn. */
  readonly hosts: number;
  /** Set when turns are always requested as streams, and joined for clients that want them whole. */
  readonly alwaysStreams?: true;
  /** Whether a search beside functions, which the source does not support, can be a separate call with this model. */
  searchesApart?(model: string): boolean;
  /** How many of them serve this credential; default: all. */
  hostsOf?(credential: Credential): number;
  build(input: BuildInput, credential: Credential): UpstreamRequest;
  /** Builds a native client's request; absent for sources that speak Gemini in an envelope only. */
  passThrough?(input: PassThroughInput, credential: Credential): UpstreamRequest;
  /** Unwraps one parsed chunk or reply from the source's envelope. */
  unwrap(chunk: unknown): unknown;
  classifyFailure(input: FailureInput): Failure;
  /** Lists the models of a credential; a Failure when the credential is refused. Pages are followed. */
  discover(
    credential: Credential,
    options: { readonly fetch: Fetch; readonly signal: AbortSignal; readonly now: number },
  ): Promise<
    { readonly ok: true; readonly value: readonly DiscoveredModel[] } | {
      readonly ok: false;
      readonly error: Failure;
    }
  >;
}
