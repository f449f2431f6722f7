import type { CredentialId, SourceName } from "../core/mod.ts";
import { resolveModel } from "./resolve.ts";
import type { CatalogSnapshot, KnownModel } from "./snapshot.ts";

/** One line of a model list. */
export interface CatalogEntry {
  /** The exact upstream id, or an alias. */
  readonly id: string;
  /** Set for an alias: the model it resolves to. */
  readonly aliasOf?: string;
  /** Set for another name or a variant of a model that has a row of its own. */
  readonly variantOf?: string;
  readonly displayName: string;
  readonly ownedBy: "google";
  readonly inputTokenLimit: number;
  readonly outputTokenLimit: number;
  /** generateContent, embedContent, countTokens, ... */
  readonly methods: readonly string[];
  readonly thinking: boolean;
  readonly sources: readonly SourceName[];
  readonly credentials: readonly CredentialId[];
}

/** The models of one credential. */
export interface MatrixRow {
  readonly credential: CredentialId;
  readonly source: SourceName;
  /** Epoch milliseconds of the last discovery; absent when there was none. */
  readonly at?: number;
  /** Sorted; what the rules forbid is left out. */
  readonly models: readonly string[];
}

export interface ModelMatrix {
  readonly models: readonly string[];
  readonly rows: readonly MatrixRow[];
}

/** Every model of the usable credentials once, then the aliases that lead to one. Pure. */
export function listModels(snapshot: CatalogSnapshot): readonly CatalogEntry[] {
  const models = [...snapshot.models.values()];
  const aliases = [...snapshot.aliases.keys()].filter((name) => !snapshot.models.has(name)).sort();
  return [
    ...models.map((model) => {
      const name = snapshot.names.nameOf(model.id);
      const other = name !== model.id && snapshot.models.has(name);
      return { ...entryOf(model.id, model), ...(other ? { variantOf: name } : {}) };
    }),
    ...aliases.flatMap((name) => aliasEntry(name, snapshot)),
  ];
}

function aliasEntry(name: string, snapshot: CatalogSnapshot): readonly CatalogEntry[] {
  const target = resolveModel(name, snapshot);
  const model = target.ok ? snapshot.models.get(target.value.id) : undefined;
  return model === undefined ? [] : [{ ...entryOf(name, model), aliasOf: model.id }];
}

function entryOf(id: string, { listed, capabilities, sources, credentials }: KnownModel): CatalogEntry {
  return {
    id,
    displayName: listed.displayName ?? listed.id,
    ownedBy: "google",
    inputTokenLimit: capabilities.inputTokenLimit,
    outputTokenLimit: capabilities.outputTokenLimit,
    methods: listed.methods,
    thinking: capabilities.thinking.kind !== "none",
    sources,
    credentials,
  };
}

/** The models of every credential. Pure. */
export function modelMatrix({ records, models }: CatalogSnapshot): ModelMatrix {
  const at = new Map(records.lists.map((list) => [list.credential, list.at]));
  const known = [...models.values()];
  const rows = records.credentials.map(({ id, source }) => {
    const asked = at.get(id);
    return {
      credential: id,
      source,
      ...(asked === undefined ? {} : { at: asked }),
      models: known.filter((model) => model.credentials.includes(id)).map((model) => model.id),
    };
  });
  return { models: known.map((model) => model.id), rows };
}

/** Kinds of input and output: text, image, audio, video, file, embeddings. */
export interface Modalities {
  readonly input: readonly string[];
  readonly output: readonly string[];
}

/** Input and output kinds of a model, as OpenRouter names them. Google's lists do not say; names and methods do. */
export function modalitiesOf({ id, methods }: Pick<CatalogEntry, "id" | "methods">): Modalities {
  if (methods.includes("embedContent")) return { input: ["text"], output: ["embeddings"] };
  if (/^imagen/.test(id)) return { input: ["text"], output: ["image"] };
  if (/^veo/.test(id)) return { input: ["text", "image"], output: ["video"] };
  if (/^lyria/.test(id)) return { input: ["text"], output: ["audio"] };
  if (/-tts/.test(id)) return { input: ["text"], output: ["audio"] };
  if (/^gemma/.test(id)) return { input: ["text", "image"], output: ["text"] };
  if (/^claude/.test(id)) return { input: ["text", "image", "file"], output: ["text"] };
  if (methods.includes("bidiGenerateContent")) {
    return { input: ["text", "audio", "image", "video"], output: ["text", "audio"] };
  }
  const output = /image/.test(id) ? ["text", "image"] : ["text"];
  return { input: ["text", "image", "audio", "video", "file"], output };
}
