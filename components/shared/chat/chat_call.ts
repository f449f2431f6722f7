import { goToLogin } from "../live/browser_api.ts";
import { type ChatDraft, type ChatPart, chatRequest, deltaOf, errorText, replyOf } from "./dialects.ts";

export interface ChatAnswer {
  /** Names the request in the records. */
  readonly id: string;
  readonly key: string;
  readonly ms: number;
}

/** The JSON in each `data:` line of an event stream. */
async function* events(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<unknown> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const lines = (rest + part.value).split(/\r?\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const data = line.startsWith("data:") ? line.slice(5).trim() : "";
      if (data !== "" && data !== "[DONE]") yield JSON.parse(data);
    }
  }
}

/** Sends a chat as an agent would and gives text, thoughts and images as they come. Throws with the proxy's own sentence. */
export async function chatCall(
  draft: ChatDraft,
  onText: (text: string) => void,
  signal: AbortSignal,
  onMore: (part: ChatPart) => void = () => {},
): Promise<ChatAnswer> {
  const give = (part: ChatPart) => {
    if (part.text !== "") onText(part.text);
    if (part.thought !== "" || part.images.length > 0) onMore(part);
  };
  const began = performance.now();
  const { path, headers, body } = chatRequest(draft);
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
    signal,
  });
  if (response.status === 401) goToLogin();
  const isStream = response.headers.get("content-type")?.includes("event-stream") ?? false;
  if (!response.ok || !isStream || response.body === null) {
    const reply: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw new Error(errorText(reply) || `HTTP ${response.status}`);
    give(replyOf(draft.dialect, reply));
  } else {
    for await (const event of events(response.body)) {
      const problem = errorText(event);
      if (problem !== "") throw new Error(problem);
      give(deltaOf(draft.dialect, event));
    }
  }
  const { headers: about } = response;
  return {
    id: about.get("x-request-id") ?? "",
    key: about.get("x-geminitro-key") ?? "",
    ms: performance.now() - began,
  };
}
