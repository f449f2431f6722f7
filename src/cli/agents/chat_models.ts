/** What is looked at in a model of the list. */
export interface ListedModel {
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

/** The model that is set where the user has no default: the newest full flash model, else pro, else the first. */
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
