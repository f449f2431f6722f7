import { type Failure, isObject, trimEndOf } from "../core/mod.ts";
import type { RelayDeps } from "./deps.ts";
import { emptyReplyFailure } from "./failures.ts";
import type { OnRefusal } from "./native_call.ts";
import type { NativeSniffer } from "./native_sniffer.ts";
import type { Try } from "./run_attempts.ts";

/** What a piece larger than this holds is no error and no empty reply. */
const SMALL = 16 * 1024;

/** Errors and empty replies can hide behind status 200; both show in a small first piece. */
export function judgeFirst(
  deps: RelayDeps,
  attempt: Try,
  { first, sniffer }: { readonly first: Uint8Array; readonly sniffer: NativeSniffer },
  model: string,
  onRefusal: OnRefusal,
): Failure | undefined {
  if (first.byteLength === 0) return emptyReplyFailure("no body");
  if (first.byteLength > SMALL) return undefined;
  const text = sniffer.text();
  if (!text.includes('"error"') && !mayBeEmpty(text)) return undefined;
  const chunk = firstChunk(text);
  if (!isObject(chunk)) return undefined;
  if (!isObject(chunk["error"])) return emptyReason(chunk);
  const { code } = chunk["error"];
  const status = typeof code === "number" && code >= 400 && code < 600 ? code : 500;
  const body = JSON.stringify({ error: chunk["error"] });
  const failure = attempt.upstream.classifyFailure({ status, body, model, now: deps.ports.clock.now() });
  onRefusal(failure, body);
  return failure;
}

/** A finish without any text, call or media in the same piece: worth a parse. */
function mayBeEmpty(text: string): boolean {
  return text.includes('"finishReason"') &&
    !/"text"\s*:\s*"[^"]|"functionCall"|"inlineData"|"executableCode"/.test(text);
}

function firstChunk(text: string): unknown {
  const body = text.startsWith("data:")
    ? text.slice(5, text.search(/\r?\n\r?\n|$/))
    : trimEndOf(text.replace(/^\s*\[/, ""), "], \r\n\t");
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** A finish in the first chunk with nothing in it: Google's known empty reply, or a garbled tool call. */
function emptyReason(chunk: Record<string, unknown>): Failure | undefined {
  const { candidates } = chunk;
  if (!Array.isArray(candidates) || candidates.length !== 1 || !isObject(candidates[0])) return undefined;
  const { finishReason, content } = candidates[0];
  const parts = isObject(content) && Array.isArray(content["parts"]) ? content["parts"] : [];
  if (parts.some((part) => isObject(part) && part["text"] !== "")) return undefined;
  if (finishReason === "STOP") return emptyReplyFailure("no content");
  return finishReason === "MALFORMED_FUNCTION_CALL" ? emptyReplyFailure(finishReason) : undefined;
}
