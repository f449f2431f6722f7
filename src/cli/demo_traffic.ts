const PROMPTS = [
  "Write a haiku about queues",
  "Explain a token bucket in one sentence",
  "Name three uses of a heap",
  "What is a fair queue?",
  "Turn 'hello world' into a title",
];
const MODELS = ["gemini-2.5-flash", "gemini-2.5-flash-lite", "gemini-2.5-pro"];
const AGENTS = ["opencode/1.4.0", "claude-cli/2.3.1", "codex_cli_rs/0.62.0", "aider/0.90.0"];
const PAUSE_MS = 2_500;

/** A trickle of calls to a proxy until the returned function is called. */
export function demoTraffic(url: string, token: string): () => Promise<void> {
  const ending = new AbortController();
  const running = run(url, token, ending.signal);
  return async () => {
    ending.abort();
    await running;
  };
}

async function run(url: string, token: string, signal: AbortSignal): Promise<void> {
  for (let count = 0; !signal.aborted; count++) {
    await call(url, token, count, signal).catch(() => {});
    await pause(signal);
  }
}

async function call(url: string, token: string, count: number, signal: AbortSignal): Promise<void> {
  const pick = <Item>(items: readonly Item[]) => items[count % items.length];
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    signal,
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "user-agent": pick(AGENTS) ?? "",
    },
    body: JSON.stringify({
      model: pick(MODELS),
      stream: count % 3 !== 0,
      messages: [{ role: "user", content: pick(PROMPTS) }],
    }),
  });
  await response.arrayBuffer();
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(end, PAUSE_MS);
    function end() {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    }
    signal.addEventListener("abort", end);
  });
}
