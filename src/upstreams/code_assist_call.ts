import {
  err,
  type Failure,
  type Fetch,
  isObject,
  type JsonObject,
  ok,
  type Result,
  SOURCE_TABLE,
} from "../core/mod.ts";
import { classifyCodeAssist } from "./classify_code_assist.ts";
import { codeAssistHeaders, type CodeAssistService, codeAssistUrl } from "./code_assist.ts";
import { UPSTREAM_BOUNDS } from "./bounds.ts";
import { parseReply, readStart, readWhole } from "./read_reply.ts";
import { ReplyBeyondBounds } from "./unreadable_reply.ts";
import { unreachableFailure } from "./unreachable_failure.ts";

const decoder = new TextDecoder();

/** One call to the control plane. */
export interface CodeAssistCall {
  /** `:loadCodeAssist`, or `/operations/...` for a GET. */
  readonly method: string;
  /** Absent: a GET. */
  readonly body?: JsonObject;
  readonly accessToken: string;
}

export interface CallOptions {
  readonly fetch: Fetch;
  readonly signal: AbortSignal;
  readonly now: number;
}

/** Failures after which another host may answer: unreachable, method unknown, or refused without a reason. */
const NEXT_HOST: ReadonlySet<Failure["class"]> = new Set([
  "transport",
  "overloaded",
  "ambiguous_429",
  "model_gone",
  "unknown",
]);

/** Tries one host after another until one answers. Rejects only when the signal aborts. */
export async function callCodeAssist(
  service: CodeAssistService,
  call: CodeAssistCall,
  options: CallOptions,
): Promise<Result<Record<string, unknown>, Failure>> {
  let first: Result<Record<string, unknown>, Failure> | undefined;
  for (let host = 0; host < service.hosts.length; host++) {
    const answer = await askHost(service, host, call, options);
    if (answer.ok || !mayMove(answer.error)) return answer;
    first ??= answer;
  }
  // The preferred host's failure explains more than its fallbacks'.
  return first ?? err(unreachable(service, "no host"));
}

const mayMove = (failure: Failure) => NEXT_HOST.has(failure.class) || failure.code === "permission_denied";

async function askHost(
  service: CodeAssistService,
  host: number,
  { method, body, accessToken }: CodeAssistCall,
  { fetch, signal, now }: CallOptions,
): Promise<Result<Record<string, unknown>, Failure>> {
  try {
    const response = await fetch(codeAssistUrl(service, host, method), {
      method: body === undefined ? "GET" : "POST",
      headers: codeAssistHeaders(service, accessToken),
      redirect: "manual",
      signal,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = response.ok
      ? decoder.decode(await readWhole(response, UPSTREAM_BOUNDS.answerBytes))
      : await readStart(response, UPSTREAM_BOUNDS.refusalBytes);
    if (response.ok) return readAnswer(service, text);
    const { status, headers } = response;
    const input = { status, body: text, headers, model: "", now };
    return err(classifyCodeAssist(input, service.source, service.clientProject));
  } catch (error) {
    if (signal.aborted) throw error;
    return err(error instanceof ReplyBeyondBounds ? notOne(service) : unreachable(service, error));
  }
}

function readAnswer(service: CodeAssistService, text: string): Result<Record<string, unknown>, Failure> {
  try {
    const parsed: unknown = parseReply(text);
    if (isObject(parsed)) return ok(parsed);
  } catch {
    // Reported below.
  }
  return err(notOne(service));
}

function notOne(service: CodeAssistService): Failure {
  return {
    class: "unknown",
    status: 502,
    source: service.source,
    scope: "request",
    message: `The answer of ${addressSetting(service)} was not one of Code Assist; check that setting.`,
  };
}

function addressSetting({ source }: CodeAssistService): string {
  return SOURCE_TABLE[source].addressSetting;
}

function unreachable(service: CodeAssistService, cause: unknown): Failure {
  const message = `Code Assist could not be reached; check the network and ${addressSetting(service)}.`;
  return unreachableFailure(service.source, message, cause);
}
