import { durationText, FIRST_RUN } from "../core/mod.ts";
import { createClient } from "../management/client.ts";
import { chatModels, defaultModel } from "./agents/chat_models.ts";

const PATIENCE_MS = 30_000;

/** Asks a model through the running proxy, as an agent would, and says how it went. */
export async function askOnce(url: string, token: string): Promise<string> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    const { entries } = await createClient({ base: url, token }).models();
    const model = defaultModel(chatModels(entries));
    if (model === undefined) return FIRST_RUN.noModel;
    const started = performance.now();
    const reply = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      signal,
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        "user-agent": "geminitro-first-run",
      },
      body: JSON.stringify({ model, messages: [{ role: "user", content: FIRST_RUN.question }] }),
    });
    const took = durationText(performance.now() - started);
    const body = await reply.json() as { readonly error?: { readonly message?: string } };
    if (reply.ok) return FIRST_RUN.answered(model, took);
    return FIRST_RUN.notAnswered(model, body.error?.message ?? `status ${reply.status}`);
  } catch (cause) {
    return `The first call through the proxy failed: ${cause instanceof Error ? cause.message : cause}`;
  }
}
