import { durationText, FIRST_RUN } from "../core/mod.ts";
import { createClient } from "../management/client.ts";

const PATIENCE_MS = 30_000;

/** Asks a model through the running proxy, as an agent would, and reports the result. */
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

/** Fields of a listed model that are used here. */
interface ListedModel {
  readonly id: string;
  readonly methods: readonly string[];
  readonly aliasOf?: string;
}

/** Models that make pictures, speech or vectors, or need a session of their own: no use to a coding agent. */
const OTHER_KINDS_REGEXP =
  /embedding|image|imagen|veo|lyria|tts|audio|live|aqa|robotics|computer-use|banana|deep-research/;

/** The models that a coding agent can work with. */
export function chatModels<Model extends ListedModel>(entries: readonly Model[]): readonly Model[] {
  return entries.filter(({ id, methods, aliasOf }) =>
    methods.includes("generateContent") && !OTHER_KINDS_REGEXP.test(aliasOf ?? id)
  );
}

/** The model chosen for a user without a default: the newest full flash model, else pro, else the first. */
export function defaultModel(models: readonly ListedModel[]): string | undefined {
  for (const kind of ["flash", "pro", "flash-preview", "pro-preview"]) {
    const found = models
      // deno-lint-ignore geminitro/linear-regexps -- one of four words, at the beginning of an id
      .map(({ id }) => ({ id, version: new RegExp(`^gemini-(\\d+(?:\\.\\d+)?)-${kind}$`).exec(id)?.[1] }))
      .filter(({ version }) => version !== undefined)
      .sort((a, b) => Number(b.version) - Number(a.version))[0];
    if (found !== undefined) return found.id;
  }
  return models[0]?.id;
}
