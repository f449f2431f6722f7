import type { DialectName, Failure, Json, JsonObject, NewId, Result } from "../core/mod.ts";
import type { Blob64, GeminiRequest, ModelCapabilities, Part, PartKey, TurnEvent } from "../gemini/mod.ts";

/** Input of a decoder besides the body. Everything is passed in, so that decoding is pure. */
export interface DecodeInput {
  /** The model that will be asked, after aliases; the same body is decoded again for a fallback model. */
  readonly target: { readonly id: string; readonly capabilities: ModelCapabilities };
  /** Finds the signature of an earlier tool call by its id, else by name and arguments; of a text or picture by what it is. */
  readonly signatureOf: (key: SignatureKey) => string | undefined;
  /** Steps of Google's own tools before an earlier tool call or text. */
  readonly partsBefore?: ((key: SignatureKey) => readonly Part[] | undefined) | undefined;
  /** Responses stored earlier, by id, for those that `references` named and that exist. */
  readonly stored: ReadonlyMap<string, Json>;
  readonly headers: Headers;
  readonly newId: NewId;
}

export type SignatureKey = PartKey;

/** A decoded client request. Frozen: an attempt never changes it. */
export interface ClientCall<Context> {
  readonly operation: "generate" | "count_tokens" | "embed";
  readonly request: GeminiRequest;
  /** Set for operation "embed": the inputs in order, sent in batches of at most 100. */
  readonly embed?: EmbedCall;
  readonly stream: boolean;
  /** Context of the reply encoders: the client's model name, name maps, include_usage and the like. */
  readonly context: Context;
  /** Parts of the request that could not be honoured, one sentence each; sent as `x-geminitro-warnings`. */
  readonly warnings: readonly string[];
  /** http(s) media that must be fetched and put in place of `fileData.fileUri` before the request is sent. */
  readonly remoteMedia: readonly RemoteMedia[];
  /** Tool calls whose signature was looked for and not found; the caller may load them and decode again. */
  readonly missingSignatures: readonly SignatureKey[];
  /** More choices than one upstream call may give: this many calls are made and their candidates joined. Default 1. */
  readonly fanOut: number;
  /** Stop strings beyond the five that Gemini takes; enforced on the output text. */
  readonly extraStops: readonly string[];
  /** Only the first tool call of a turn is passed on (parallel_tool_calls: false). */
  readonly oneToolCall: boolean;
  /** Functions whose arguments are no object, so that they travel to Google and back under `value`. */
  readonly wrappedTools?: ReadonlySet<string>;
  /** The turn itself where the client asks for none (`max_tokens: 0`): Google is not asked. */
  readonly answered?: readonly TurnEvent[];
  /** Groups the calls of one conversation or agent session; empty when the client gives no hint. */
  readonly session: string;
  /** The source that made the newest signature in the history, as far as its carrier tells; a tool loop should stay there. */
  readonly signedBy?: string;
}

export interface EmbedCall {
  /** Texts, and pictures or recordings for models that take them. */
  readonly inputs: readonly (string | { readonly inlineData: Blob64 })[];
  readonly dimensions?: number;
  readonly taskType?: string;
  readonly title?: string;
}

export interface RemoteMedia {
  readonly url: string;
  /** The field, by the client's name. */
  readonly param: string;
  readonly mimeType?: string;
}

/** Input of an encoder besides events. */
export interface EncodeInput<Context> {
  readonly context: Context;
  readonly requestId: string;
  /** Epoch seconds. */
  readonly created: number;
  /** Epoch seconds at which the turn ended, asked for when it has; the same each time. Default: `created`. */
  readonly ended?: () => number;
  readonly newId: NewId;
  /** The source that serves the call, for example `api_key`; tags the signatures that travel with the reply. */
  readonly source?: string;
}

/** Turns events into the dialect's frames. One instance a reply; a reducer with its state inside. */
export interface StreamEncoder {
  /** The frames for one event, as text ready to be sent; empty when there is nothing to say. `turn-end` closes the stream. */
  push(event: TurnEvent): string;
  /** The in-band error after which the stream ends; never followed by a frame that looks like success. */
  fail(failure: Failure): string;
  /** A frame that keeps the connection alive and that every client of this dialect ignores. */
  heartbeat(): string;
}

export interface EncodedFailure {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: JsonObject;
}

/**
 * One client API. All four conversions (request, reply, stream, failure) must be there; each is pure.
 * Dialects import gemini and core, never each other.
 */
export interface Dialect<Context> {
  readonly name: DialectName;
  /** The model named in a body, before anything else is read; a Failure names the field. */
  modelOf(body: unknown): Result<string, Failure>;
  /** Ids of stored responses that the body refers to. */
  references?(body: unknown): readonly string[];
  decodeRequest(body: unknown, input: DecodeInput): Result<ClientCall<Context>, Failure>;
  /** The whole reply; must equal what a client collects from the stream. */
  encodeReply(events: readonly TurnEvent[], input: EncodeInput<Context>): JsonObject;
  encodeStream(input: EncodeInput<Context>): StreamEncoder;
  /** Reply to operation "count_tokens". */
  encodeCount?(totalTokens: number): JsonObject;
  /** Reply to operation "embed": one vector an input, in order. */
  encodeEmbeddings?(
    vectors: readonly (readonly number[])[],
    promptTokens: number,
    input: EncodeInput<Context>,
  ): JsonObject;
  encodeFailure(failure: Failure, requestId: string): EncodedFailure;
  /** Whether the client asked for storing; without it nothing is remembered of a stream. Default: true where `storable` is there. */
  keeps?(context: Context): boolean;
  /** Body to keep under the reply's id when the client asked for storing; absent for dialects without it. */
  storable?(
    events: readonly TurnEvent[],
    input: EncodeInput<Context>,
    body: unknown,
  ): { id: string; value: Json } | undefined;
}

/** A dialect whose context type is closed over, so that a list may hold several. */
export type AnyDialect = Dialect<unknown>;
