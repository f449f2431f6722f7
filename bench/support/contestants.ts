import type { Child } from "./child.ts";
import type { LoadRequest } from "./load.ts";

/** One line of the comparison: who is asked, and for what. */
export interface Contestant {
  readonly name: string;
  readonly group: string;
  readonly request: LoadRequest;
  /** The process whose time is counted. */
  readonly server: Child;
}

export const MODEL = "gemini-2.5-flash";
const PROMPT = "Explain in a few sentences what a reverse proxy does, and why one would pool keys behind it.";

const HEADERS = {
  "Content-Type": "application/json",
  "Authorization": "Bearer geminitro",
  "x-goog-api-key": "geminitro",
};

export interface Servers {
  readonly simulator: Child;
  readonly bare: Child;
  readonly proxy: Child;
}

/** The bodies of one prompt in every dialect, whole or streamed. */
export function bodiesOf(prompt: string, stream: boolean) {
  const messages = [{ role: "user", content: prompt }];
  const wish = stream ? { stream } : {};
  return {
    native: JSON.stringify({ contents: [{ role: "user", parts: [{ text: prompt }] }] }),
    chat: JSON.stringify({ model: MODEL, messages, ...wish }),
    responses: JSON.stringify({ model: MODEL, input: prompt, store: false, ...wish }),
    messages: JSON.stringify({ model: MODEL, messages, max_tokens: 1000, ...wish }),
  };
}

/** Everybody who takes part in one group; the bare pass-through is what the others are measured against. */
export function contestantsOf(
  servers: Servers,
  group: string,
  options: { readonly stream: boolean; readonly prompt?: string },
): Contestant[] {
  const { stream, prompt = PROMPT } = options;
  const bodies = bodiesOf(prompt, stream);
  const native = `/v1beta/models/${MODEL}:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`;
  const one = (name: string, server: Child, path: string, body: string): Contestant => {
    const { hostname, port } = server.url;
    return {
      name,
      group,
      server,
      request: { host: hostname, port: Number(port), path, headers: HEADERS, body },
    };
  };
  return [
    one("simulator alone", servers.simulator, native, bodies.native),
    one("bare pass-through", servers.bare, native, bodies.native),
    one("native", servers.proxy, native, bodies.native),
    one("chat", servers.proxy, "/v1/chat/completions", bodies.chat),
    one("responses", servers.proxy, "/v1/responses", bodies.responses),
    one("messages", servers.proxy, "/v1/messages", bodies.messages),
  ];
}
