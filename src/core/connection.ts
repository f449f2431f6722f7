/** Facts that a client needs to use the proxy. */
export interface ConnectionFacts {
  /** Without a slash at its end: `http://127.0.0.1:7536`. */
  readonly root: string;
  readonly apiKey: string;
  readonly model: string;
}

/** One value for a client's settings, under the name that such clients give it. */
export interface ConnectionLine {
  readonly label: string;
  readonly value: string;
}

/** The lines to enter by hand into a client that GemiNitro does not set up; the same in the terminal and on the page. */
export function connectionLines({ root, apiKey, model }: ConnectionFacts): readonly ConnectionLine[] {
  return [
    { label: "OpenAI-compatible base URL", value: `${root}/v1` },
    { label: "Anthropic-compatible base URL", value: root },
    { label: "Gemini-compatible base URL", value: root },
    { label: "API key", value: apiKey },
    { label: "Model", value: model },
  ];
}
