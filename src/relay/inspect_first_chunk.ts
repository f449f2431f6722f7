import { withoutSecrets } from "../upstreams/mod.ts";
import { byteText, type Failure, isObject, parseForeign, trimEndOf } from "../core/mod.ts";
import { retryableFinish } from "../gemini/mod.ts";
import type { LeaseRequest } from "../pool/contract.ts";
import type { RelayDeps } from "./deps.ts";
import { isHonest } from "./relay_turn.ts";
import { emptyReplyFailure, unreadableFailure } from "./failures.ts";
import type { OnRefusal } from "./native_call.ts";
import { JSON_TYPES, plainType, typeWord } from "./reply_type.ts";
import type { Attempt } from "./run_attempts.ts";

/** A larger piece cannot be an error or an empty reply. */
const SMALL = 16 * 1024;

/** A reply's head and its first piece. */
export interface FirstPiece {
  readonly first: Uint8Array<ArrayBuffer>;
  /** The response, and whether `first` is its whole body. */
  readonly reply: { readonly response: Response };
  readonly whole: boolean;
  /** All of a small whole body as JSON; undefined if it is not JSON, large or streamed. */
  readonly parsed?: unknown;
}

/** A whole reply as JSON, if it is small enough to be parsed as well as passed on; else, or without JSON, undefined. */
export function parseSmall(whole: Uint8Array<ArrayBuffer>): unknown {
  if (whole.byteLength > SMALL) return undefined;
  try {
    return parseForeign(decoder.decode(whole));
  } catch {
    return undefined;
  }
}

const BRACES = { "{": "}", "[": "]" } as const;

/**
 * Detects a page, a truncated reply or an empty one with status 200. Of a large whole reply only the two ends
 * are checked: parsing megabytes that pass unchanged would cost more than it finds.
 */
export function inspectForm(
  { first, reply: { response }, whole, parsed }: FirstPiece,
  turn: boolean,
): Failure | undefined {
  const kind = plainType(response.headers.get("content-type"));
  if (first.byteLength === 0) {
    // An upload is answered by its headers, and a deletion by nothing.
    return turn || /json/.test(kind) ? emptyReplyFailure("no body") : undefined;
  }
  const begin = decoder.decode(first.subarray(0, 64)).trimStart();
  if (/html/.test(kind) || begin.startsWith("<")) return unreadableFailure("a web page");
  // A type that a browser might run, or sniff as one, never reaches a client.
  if (!JSON_TYPES.has(kind)) return unreadableFailure(typeWord(kind));
  if (!turn && !/json/.test(kind)) return undefined;
  if (!whole) {
    if (begin.startsWith("{")) return hasError(first) ? undefined : unreadableFailure("no events");
    return begin.length < 8 || /^(data|event|id|retry)?:|^[[{]/.test(begin)
      ? undefined
      : unreadableFailure("no events");
  }
  if (first.byteLength <= SMALL) return parsed === undefined ? unreadableFailure("no JSON") : undefined;
  const closing = BRACES[begin[0] as keyof typeof BRACES];
  const end = decoder.decode(first.subarray(-64)).trimEnd();
  return closing !== undefined && end.endsWith(closing) ? undefined : unreadableFailure("no JSON");
}

const decoder = new TextDecoder();

function hasError(bytes: Uint8Array): boolean {
  return decoder.decode(bytes.subarray(0, SMALL)).includes('"error"');
}

/** Detects errors and empty replies with status 200; both have a small first piece. */
export function inspectFirstChunk(
  deps: RelayDeps,
  attempt: Attempt,
  { first, parsed }: Pick<FirstPiece, "first" | "parsed">,
  { model, operation }: Pick<LeaseRequest, "model" | "operation">,
  onRefusal: OnRefusal,
): Failure | undefined {
  if (first.byteLength > SMALL) return undefined;
  const chunk = parsed === undefined
    ? firstOfStream(first)
    : firstSaying(Array.isArray(parsed) ? parsed : [parsed]);
  if (chunk === undefined) return undefined;
  if (!isObject(chunk["error"])) {
    const empty = isHonest(attempt) ? undefined : emptyReason(chunk);
    return empty !== undefined && mayBeEmpty(byteText(first)) ? empty : undefined;
  }
  return hiddenFailure(deps, attempt, chunk["error"], { model, operation }, onRefusal);
}

/** Classifies an error object with HTTP status 200 by the status in it. */
export function hiddenFailure(
  deps: RelayDeps,
  attempt: Attempt,
  error: Readonly<Record<string, unknown>>,
  { model, operation }: Pick<LeaseRequest, "model" | "operation">,
  onRefusal?: OnRefusal,
): Failure {
  const { code } = error;
  const status = typeof code === "number" && code >= 400 && code < 600 ? code : 502;
  const body = withoutSecrets(JSON.stringify({ error }), attempt.credential);
  const now = deps.ports.clock.now();
  const failure = attempt.upstream.classifyFailure({ status, body, model, operation, now });
  onRefusal?.(failure, body);
  return failure;
}

/** A finish without any text, call or media in the same piece: then it is parsed. */
function mayBeEmpty(text: string): boolean {
  return text.includes('"finishReason"') &&
    !/"text"\s*:\s*"[^"]|"functionCall"|"inlineData"|"executableCode"/.test(text);
}

/** The first meaningful chunk of a stream, if it may be an error or empty. */
function firstOfStream(first: Uint8Array<ArrayBuffer>): Record<string, unknown> | undefined {
  const text = byteText(first);
  return text.includes('"error"') || mayBeEmpty(text)
    ? firstSaying(chunksOf(decoder.decode(first)))
    : undefined;
}

/** The first chunk with more than the start of a turn and its usage; undefined if there is none, or one is not JSON. */
function firstSaying(chunks: readonly unknown[]): Record<string, unknown> | undefined {
  for (const chunk of chunks) {
    if (!isObject(chunk)) return undefined;
    if (hasMore(chunk)) return chunk;
  }
  return undefined;
}

function hasMore({ candidates, promptFeedback, error }: Readonly<Record<string, unknown>>): boolean {
  if (error !== undefined || promptFeedback !== undefined) return true;
  return Array.isArray(candidates) &&
    candidates.some((one) =>
      isObject(one) && (one["finishReason"] !== undefined || partsOf(one).some(hasPart))
    );
}

function partsOf({ content }: Readonly<Record<string, unknown>>): readonly unknown[] {
  return isObject(content) && Array.isArray(content["parts"]) ? content["parts"] : [];
}

function hasPart(part: unknown): boolean {
  return isObject(part) && part["text"] !== "";
}

/** The chunks of a stream's beginning, of events or of an array, as far as they are complete. */
function chunksOf(text: string): readonly unknown[] {
  if (/^data:/m.test(text)) {
    return text.split(/\r?\n\r?\n/).flatMap((event) => {
      const at = /^data:/m.exec(event)?.index;
      // Google ends a broken event stream with an error object that is not an event.
      return at !== undefined
        ? [parsedChunk(event.slice(at + 5))]
        : /^\s*\{/.test(event)
        ? [parsedChunk(event)]
        : [];
    });
  }
  const bare = trimEndOf(text.replace(/^\s*\[/, ""), "], \r\n\t");
  const list = parsedChunk(`[${bare}]`);
  return Array.isArray(list) ? list : [];
}

function parsedChunk(text: string): unknown {
  try {
    return parseForeign(text);
  } catch {
    return undefined;
  }
}

/** Returns why a whole reply is not a turn, or an empty one; undefined when it has content or a reason why not. */
export function emptyTurn(reply: unknown): Failure | undefined {
  if (!isObject(reply)) return unreadableFailure("no turn");
  return hasMore(reply) ? emptyReason(reply) : emptyReplyFailure("no content");
}

/** A first chunk with a finish but no content: Google's known empty reply, or a garbled tool call. */
function emptyReason(chunk: Record<string, unknown>): Failure | undefined {
  const { candidates } = chunk;
  if (!Array.isArray(candidates) || candidates.length !== 1 || !isObject(candidates[0])) return undefined;
  const { finishReason } = candidates[0];
  if (partsOf(candidates[0]).some(hasPart)) return undefined;
  if (finishReason === "STOP") return emptyReplyFailure("no content");
  return typeof finishReason === "string" && retryableFinish(finishReason)
    ? emptyReplyFailure(finishReason)
    : undefined;
}
