import {
  err,
  type Failure,
  isSourceOf,
  ok,
  permitsModel,
  redact,
  type Result,
  type SourceName,
} from "../core/mod.ts";
import { capabilitiesOf, type ModelCapabilities } from "../gemini/mod.ts";
import { followAliases, nearNames } from "./alias_chain.ts";
import { type CatalogSnapshot, isUsable } from "./snapshot.ts";

/** The model that a client's name resolves to. */
export interface ResolvedModel {
  /** As the client wrote it; replies echo it. */
  readonly asked: string;
  /** As the upstream names it. */
  readonly id: string;
  readonly capabilities: ModelCapabilities;
  /** The quota group whose models share limits and cooldowns. */
  readonly group?: string;
  /** Ids of the models to use, in order, when every bucket of this one is out. */
  readonly fallbacks: readonly string[];
  /** Sources that may serve it, in the order in which they are tried. */
  readonly sources: readonly SourceName[];
}

/**
 * Resolves a name over a snapshot: prefixes off, aliases followed, capabilities, group, fallbacks and sources
 * looked up. Fails with `model_not_found` when some lists are known and none has it, with the hint that `why`
 * gives; while no list is known, every name passes. Pure.
 */
export function resolveModel(
  asked: string,
  snapshot: CatalogSnapshot,
  why?: (model: string) => string | undefined,
): Result<ResolvedModel, Failure> {
  const named = followAliases(asked, snapshot.aliases);
  if (named === undefined) return err(circular(asked));
  const id = snapshot.names.standsFor(named);
  if (id === "") return err(refused("The field model must name a model.", 400, "invalid_value"));
  if (!permitsModel(snapshot.records.rules, id)) return err(notAllowed(asked));
  if (!mayExist(id, snapshot) && !isOut(id, snapshot)) {
    return err(unknownModel({ asked, id }, snapshot, why?.(id)));
  }
  return ok(resolved(asked, id, snapshot));
}

/** Ids of the models to use when `id` is out, in order; those that no credential serves are left out. */
export function fallbacksOf(id: string, snapshot: CatalogSnapshot): readonly string[] {
  const targets = (snapshot.fallbacks.get(id) ?? [])
    .map((name) => followAliases(name, snapshot.aliases))
    .filter((target) => target !== undefined && target !== id && mayExist(target, snapshot));
  return [...new Set(targets)] as string[];
}

function mayExist(id: string, { models, lists }: CatalogSnapshot): boolean {
  return lists.size === 0 || models.has(id);
}

/** Listed only by credentials that are dead or switched off: the pool says which, and why. */
function isOut(id: string, { lists, credentials }: CatalogSnapshot): boolean {
  for (const [credential, models] of lists) {
    const holder = credentials.get(credential);
    if (holder !== undefined && !isUsable(holder) && models.has(id)) return true;
  }
  return false;
}

function resolved(asked: string, id: string, snapshot: CatalogSnapshot): ResolvedModel {
  const known = snapshot.models.get(id);
  const group = snapshot.groups.get(id);
  const { sourceOrder } = snapshot.records;
  const served = known?.sources ?? sourceOrder;
  return {
    asked,
    id,
    capabilities: known?.capabilities ?? capabilitiesOf(id),
    ...(group === undefined ? {} : { group }),
    fallbacks: fallbacksOf(id, snapshot),
    sources: sourceOrder.filter((source) => served.includes(source) || snapshot.unlisted.includes(source)),
  };
}

function refused(message: string, status: number, code: string): Failure {
  return { class: "invalid_request", status, message, code, param: "model", scope: "request" };
}

function shown(name: string): string {
  return redact(name).slice(0, 100);
}

function unknownModel(
  { asked, id }: { readonly asked: string; readonly id: string },
  snapshot: CatalogSnapshot,
  why: string | undefined,
): Failure {
  const { models, aliases } = snapshot;
  const accountsAlone = models.size > 0 &&
    [...models.values()].every(({ sources }) => sources.every((source) => isSourceOf(source, "oauth")));
  // Suggests no alias of a model that no credential serves, least of all the requested one.
  const helpful = [...aliases.keys()].filter((name) => models.has(followAliases(name, aliases) ?? ""));
  const near = nearNames(id, [...models.keys(), ...helpful]);
  const hint = why !== undefined
    ? why
    : near.length === 0
    ? "see the model list for what there is"
    : `did you mean ${near.join(", ")}?`;
  const means = aliases.has(asked) ? `, an alias of ${shown(id)},` : "";
  return refused(
    `The model ${shown(asked)}${means} does not exist or no key serves it; ${hint}${
      accountsAlone ? ". Only accounts are here: what they do not list needs an API key" : ""
    }`,
    404,
    "model_not_found",
  );
}

function circular(asked: string): Failure {
  return refused(
    `The alias ${shown(asked)} leads back to itself; change its target.`,
    404,
    "model_not_found",
  );
}

function notAllowed(asked: string): Failure {
  return refused(
    `The model ${shown(asked)} is not allowed by this proxy's model rules.`,
    403,
    "model_not_allowed",
  );
}
