import table from "../../data/model_names.json" with { type: "json" };
import { type CredentialId, SOURCE_TABLE } from "../core/mod.ts";
import type { ModelListRecord } from "../store/mod.ts";

/** A source's id split into the model it means and its variant. */
interface Variant {
  readonly base: string;
  readonly variant: string;
}

/** How hard a request wants its model to think; undefined leaves it to the model. */
export type WantedEffort = "minimal" | "low" | "medium" | "high" | undefined;

const EFFORTS: readonly string[] = table.efforts;
const SUFFIXES: readonly string[] = [...table.efforts, ...table.variants];
const IRREGULAR = new Map<string, Variant & { readonly shown: string }>(Object.entries(table.irregular));
const PREVIEW = "-preview";
/**
 * The variant used when a request asks for no effort and a source lists only variants: the first of these that
 * exists.
 */
const USUAL: readonly string[] = ["tiered", "medium", "high", "thinking", "low", "minimal"];

/**
 * The same model under its names at all sources. Accounts list some models as one id per effort, and without
 * `-preview`. What a source serves comes from its own list; this class only knows which of the listed ids mean
 * the same model.
 */
export class ModelNames {
  /** The ids of each credential that mean a model, by the model's name and then by variant; `""` is the plain name. */
  readonly #byCredential = new Map<CredentialId, Map<string, Map<string, string>>>();
  /** Other names of a model, each with its common name. */
  readonly #equal = new Map<string, string>();

  constructor(lists: readonly ModelListRecord[]) {
    const plain = new Set(lists.filter(({ source }) => !SOURCE_TABLE[source].variants).flatMap(idsOf));
    const full = new Set(
      lists.filter(({ source }) => SOURCE_TABLE[source].variants && SOURCE_TABLE[source].keepsPreview)
        .flatMap(idsOf),
    );
    const nameOf = (base: string): string =>
      [plain, full].some((ids) => ids.has(base + PREVIEW) && !ids.has(base)) && !plain.has(base)
        ? base + PREVIEW
        : base;
    for (const list of lists) {
      if (!SOURCE_TABLE[list.source].variants) continue;
      const known = new Map<string, Map<string, string>>();
      for (const { id, displayName } of list.models) {
        const { base, variant } = variantOf(id, displayName);
        const name = id.endsWith(PREVIEW) ? id : nameOf(base);
        if (base !== name) this.#equal.set(base, name);
        if (variant !== "") this.#equal.set(id, name);
        const ids = known.get(name) ?? new Map<string, string>();
        known.set(name, ids.set(variant, id));
      }
      this.#byCredential.set(list.credential, known);
    }
  }

  /** The common name of a model; the same name if it has no others. */
  nameOf(id: string): string {
    return this.#equal.get(id) ?? id;
  }

  /** Resolves a name that a client gave: a variant's name gives that variant, a plain name the model. */
  standsFor(id: string): string {
    return variantOf(id).variant === "" ? this.nameOf(id) : id;
  }

  /** Models that a credential serves under another name: each with one of the ids in its list. */
  beside({ credential }: ModelListRecord): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    for (const [name, ids] of this.#byCredential.get(credential) ?? []) {
      const [first] = ids.values();
      if (first !== undefined && ![...ids.values()].includes(name)) found.set(name, first);
    }
    return found;
  }

  /** A model's name at the credential's source, for a request that wants this effort. */
  at(credential: CredentialId, model: string, effort: WantedEffort): string {
    const ids = this.#byCredential.get(credential)?.get(model);
    if (ids === undefined) return model;
    const wanted = effort === undefined ? undefined : ids.get(effort) ?? thinking(ids);
    return wanted ?? ids.get("") ?? nearest(ids, effort) ?? USUAL.map((one) => ids.get(one)).find(isText) ??
      model;
  }
}

const isText = (value: string | undefined): value is string => value !== undefined;
const idsOf = ({ models }: ModelListRecord) => models.map(({ id }) => id);

/** The variant for thinking of other vendors' models, used at any effort. */
function thinking(ids: ReadonlyMap<string, string>): string | undefined {
  return ids.get("thinking");
}

/** The closest effort that exists; of two equally close ones the higher. */
function nearest(ids: ReadonlyMap<string, string>, effort: WantedEffort): string | undefined {
  if (effort === undefined) return undefined;
  const wanted = EFFORTS.indexOf(effort);
  const far = (word: string) => Math.abs(EFFORTS.indexOf(word) - wanted - 0.1);
  const [best] = EFFORTS.filter((word) => ids.has(word)).toSorted((one, other) => far(one) - far(other));
  return best === undefined ? undefined : ids.get(best);
}

/** Splits an id by the table; an irregular one only if the source displays it as the table says. */
function variantOf(id: string, shown?: string): Variant {
  const odd = IRREGULAR.get(id);
  if (odd !== undefined) return shown?.includes(odd.shown) === true ? odd : { base: id, variant: "" };
  const cut = id.lastIndexOf("-");
  const suffix = id.slice(cut + 1);
  return cut > 0 && SUFFIXES.includes(suffix)
    ? { base: id.slice(0, cut), variant: suffix }
    : { base: id, variant: "" };
}
