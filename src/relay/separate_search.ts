import { type Failure, isObject, ok, type Result } from "../core/mod.ts";
import type { Content, GeminiRequest, Part } from "../gemini/mod.ts";
import type { RelayDeps } from "./deps.ts";
import type { Attempt } from "./run_attempts.ts";
import { send } from "./send.ts";
import type { CallTrace } from "./trace.ts";
import { unwrappedValue } from "./unwrapped_reply.ts";

/** Most characters of the question and of the result. */
const MOST_ASKED = 8_000;
const MOST_FOUND = 16_000;
const MOST_PAGES = 10;

const TASK =
  "Search the web for what the user asks and report what the pages say: facts, figures, dates and " +
  "the pages' addresses. If a search cannot help, say so in one sentence.";

/** A turn that may need a search before it. */
export interface SearchedTurn {
  /** The same for every attempt of one turn, so that it is searched once. */
  readonly key: object;
  /** As the source names it. */
  readonly model: string;
  readonly request: GeminiRequest;
  readonly session: string;
  readonly trace: CallTrace;
}

/** Results for turns in progress; undefined if the search failed. */
const found = new WeakMap<object, Promise<string | undefined>>();

/**
 * Prepares a request for a source that does not support a search beside functions: with
 * ANTIGRAVITY_SEARCH=separate a call that only searches is made first, and its result replaces the tool. Only
 * for a user's question, not for each step of a tool loop. A failed search only causes a warning.
 */
export async function withSearch(
  deps: RelayDeps,
  attempt: Attempt,
  turn: SearchedTurn,
): Promise<GeminiRequest> {
  const { request } = turn;
  if (deps.settings.antigravitySearch !== "separate" || !attempt.upstream.searchesApart?.(turn.model)) {
    return request;
  }
  const question = questionOf(request);
  if (question === undefined) return request;
  const begun = found.get(turn.key) ?? search(deps, attempt, turn, question);
  found.set(turn.key, begun);
  const text = await begun;
  return text === undefined ? request : withFindings(request, text);
}

/** The text to search for: the user's last message in a request that offers a search beside functions. */
function questionOf({ tools = [], contents }: GeminiRequest): string | undefined {
  const asks = tools.some((tool) => tool.googleSearch !== undefined) &&
    tools.some((tool) => tool.functionDeclarations !== undefined);
  const last = contents.at(-1);
  if (!asks || last?.role !== "user" || last.parts.some((part) => part.functionResponse !== undefined)) {
    return undefined;
  }
  const text = last.parts.flatMap((part) => part.text ?? []).join("\n").trim();
  return text === "" ? undefined : text.slice(0, MOST_ASKED);
}

async function search(
  deps: RelayDeps,
  attempt: Attempt,
  { model, session, trace }: SearchedTurn,
  question: string,
): Promise<string | undefined> {
  const answer = await ask(deps, attempt, { model, session, trace }, question);
  if (!answer.ok) {
    trace.warn([`The separate search failed and was left out: ${answer.error.message}`.slice(0, 300)]);
    return undefined;
  }
  trace.warn(["Searched by a call of its own, since this source takes no search beside functions"]);
  return textOf(answer.value);
}

async function ask(
  deps: RelayDeps,
  attempt: Attempt,
  { model, session, trace }: Omit<SearchedTurn, "key" | "request">,
  question: string,
): Promise<Result<unknown, Failure>> {
  const request = attempt.upstream.build({
    operation: "stream",
    model,
    purpose: "search",
    request: {
      contents: [{ role: "user", parts: [{ text: question }] }],
      systemInstruction: { role: "user", parts: [{ text: TASK }] },
      tools: [{ googleSearch: {} }],
      generationConfig: { candidateCount: 1 },
    },
    host: attempt.host,
    requestId: trace.facts.id,
    session,
    at: deps.ports.clock.now(),
  }, attempt.credential);
  const reply = await send(deps, attempt, request, { stream: false, model, operation: "generate" });
  if (!reply.ok) return reply;
  try {
    return ok(await unwrappedValue(reply.value, attempt.upstream.unwrap, deps.settings.maxReplyBytes));
  } catch (cause) {
    return { ok: false, error: reply.value.readFailure(cause) };
  } finally {
    reply.value.release();
  }
}

/** The words of a search's reply and the pages that it names; empty when it has none. */
function textOf(reply: unknown): string {
  const [candidate] = isObject(reply) && Array.isArray(reply["candidates"]) ? reply["candidates"] : [];
  if (!isObject(candidate)) return "";
  const content = isObject(candidate["content"]) ? candidate["content"] : {};
  const parts = Array.isArray(content["parts"]) ? content["parts"].filter(isObject) : [];
  const words = parts.flatMap(({ text, thought }) =>
    typeof text === "string" && thought !== true ? text : []
  );
  const grounding = isObject(candidate["groundingMetadata"]) ? candidate["groundingMetadata"] : {};
  const chunks = Array.isArray(grounding["groundingChunks"])
    ? grounding["groundingChunks"].filter(isObject)
    : [];
  const pages = chunks.flatMap(({ web }) => isObject(web) && typeof web["uri"] === "string" ? [web] : [])
    .slice(0, MOST_PAGES)
    .map(({ title, uri }) => `- ${typeof title === "string" ? `${title}: ` : ""}${uri}`);
  return [words.join("").slice(0, MOST_FOUND), ...pages].join("\n").trim();
}

function withFindings(request: GeminiRequest, text: string): GeminiRequest {
  const { tools = [], contents } = request;
  const last = contents.at(-1) as Content;
  const findings: Part = { text: `\n\nA web search for this found:\n${text || "nothing"}` };
  return {
    ...request,
    contents: [...contents.slice(0, -1), { ...last, parts: [...last.parts, findings] }],
    tools: tools.flatMap(({ googleSearch: _, ...rest }) => Object.keys(rest).length === 0 ? [] : [rest]),
  };
}
