import {
  type Credential,
  type CredentialId,
  isSourceOf,
  type ModelRules,
  permitsModel,
  type SourceName,
} from "../core/mod.ts";
import { capabilitiesOf, type ModelCapabilities } from "../gemini/mod.ts";
import type { AliasRecord, FallbackRecord, ModelListRecord, QuotaGroupRecord } from "../store/mod.ts";
import { followAliases } from "./alias_chain.ts";
import { ModelNames } from "./model_names.ts";

export type ListedModel = ModelListRecord["models"][number];

/** The records a snapshot is made of. */
export interface CatalogRecords {
  readonly credentials: readonly Credential[];
  readonly lists: readonly ModelListRecord[];
  readonly aliases: readonly AliasRecord[];
  readonly groups: readonly QuotaGroupRecord[];
  readonly fallbacks: readonly FallbackRecord[];
  readonly rules: ModelRules;
  /** Groups from the settings; stored ones win by name. */
  readonly settingsGroups: Readonly<Record<string, readonly string[]>>;
  readonly sourceOrder: readonly SourceName[];
}

/** A model that at least one usable credential lists; where there is none, one that Google refuses. */
export interface KnownModel {
  readonly id: string;
  /** As the first credential lists it. */
  readonly listed: ListedModel;
  readonly capabilities: ModelCapabilities;
  /** Methods that any of its lists names; empty when one of them has no methods. */
  readonly methods: readonly string[];
  readonly sources: readonly SourceName[];
  readonly credentials: readonly CredentialId[];
}

/** Everything about models at one moment, indexed for reading; never changed. */
export interface CatalogSnapshot {
  readonly records: CatalogRecords;
  readonly aliases: ReadonlyMap<string, string>;
  /** Which ids mean the same model. */
  readonly names: ModelNames;
  /** Models of usable credentials, in the order of their names. */
  readonly models: ReadonlyMap<string, KnownModel>;
  /**
   * Models and their methods by credential, usable or not, before any rule; no entry means that it was not asked
   * yet.
   */
  readonly lists: ReadonlyMap<CredentialId, ReadonlyMap<string, readonly string[]>>;
  readonly credentials: ReadonlyMap<CredentialId, Credential>;
  readonly groups: ReadonlyMap<string, string>;
  readonly fallbacks: ReadonlyMap<string, readonly string[]>;
  /** Sources with a usable credential whose models are not known yet. */
  readonly unlisted: readonly SourceName[];
}

/** Neither dead nor switched off. */
export const isUsable = (credential: Credential) => credential.enabled && credential.dead === undefined;

/** Indexes the records. Pure. */
export function buildSnapshot(records: CatalogRecords): CatalogSnapshot {
  const aliases = new Map(records.aliases.map(({ name, target }) => [name, target]));
  // An empty list means that discovery failed rather than that a key serves nothing.
  const told = records.lists.filter((list) => list.models.length > 0);
  const names = new ModelNames(told);
  const lists = told.map((list) => withEqualNames(list, names));
  const credentials = new Map(records.credentials.map((credential) => [credential.id, credential]));
  const listed = new Map(
    lists.map((list) => [list.credential, new Map(list.models.map(({ id, methods }) => [id, methods]))]),
  );
  const silent = records.credentials.filter((credential) =>
    isUsable(credential) && !listed.has(credential.id)
  );
  return {
    records,
    aliases,
    names,
    credentials,
    lists: listed,
    models: indexModels(lists, credentials, records),
    groups: indexGroups(records, aliases),
    fallbacks: new Map(records.fallbacks.map(({ model, to }) => [model, to])),
    unlisted: records.sourceOrder.filter((source) =>
      silent.some((credential) => credential.source === source)
    ),
  };
}

/** A list with the models that its ids mean under other names. */
function withEqualNames(list: ModelListRecord, names: ModelNames): ModelListRecord {
  const beside = names.beside(list);
  if (beside.size === 0) return list;
  const byId = new Map(list.models.map((model) => [model.id, model]));
  const more = [...beside].flatMap(([id, listed]) => {
    const model = byId.get(listed);
    if (model === undefined || byId.has(id)) return [];
    // The display name is that of one variant.
    const { displayName: _, ...rest } = model;
    return [{ ...rest, id }];
  });
  return { ...list, models: [...list.models, ...more] };
}

function indexModels(
  lists: readonly ModelListRecord[],
  credentials: ReadonlyMap<CredentialId, Credential>,
  { rules, sourceOrder }: CatalogRecords,
): ReadonlyMap<string, KnownModel> {
  const found = new Map<
    string,
    {
      listed: ListedModel;
      methods: Set<string> | undefined;
      sources: Set<SourceName>;
      credentials: CredentialId[];
    }
  >();
  const holderOf = ({ credential }: ModelListRecord) => credentials.get(credential);
  const usable = lists.filter((list) => [holderOf(list)].some((one) => one !== undefined && isUsable(one)));
  // Where Google refuses every credential, the models of accounts are listed all the same, so that a call gets
  // the reason.
  const dead = lists.filter((list) =>
    !isSourceOf(list.source, "api_key") && holderOf(list)?.enabled === true
  );
  for (const list of usable.length > 0 ? usable : dead) {
    const credential = holderOf(list);
    if (credential === undefined) continue;
    for (const listed of list.models) {
      if (!permitsModel(rules, listed.id) || !permitsModel(credential, listed.id)) continue;
      const model = found.get(listed.id) ??
        { listed, methods: new Set(), sources: new Set(), credentials: [] };
      // A list that names no methods leaves all of them open.
      if (listed.methods.length === 0) model.methods = undefined;
      for (const method of listed.methods) model.methods?.add(method);
      model.sources.add(list.source);
      model.credentials.push(list.credential);
      found.set(listed.id, model);
    }
  }
  const sorted = [...found].sort(([one], [other]) => one < other ? -1 : 1);
  return new Map(sorted.map(([id, { listed, methods, sources, credentials }]) => [id, {
    id,
    listed,
    methods: [...methods ?? []],
    capabilities: capabilitiesOf(id, listed),
    sources: sourceOrder.filter((source) => sources.has(source)),
    credentials,
  }]));
}

function indexGroups(
  { settingsGroups, groups }: CatalogRecords,
  aliases: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const byName = new Map([
    ...Object.entries(settingsGroups),
    ...groups.map(({ name, models }) => [name, models] as const),
  ]);
  const byModel = new Map<string, string>();
  for (const [name, models] of byName) {
    for (const model of models) {
      const id = followAliases(model, aliases) ?? model;
      if (!byModel.has(id)) byModel.set(id, name);
    }
  }
  return byModel;
}
