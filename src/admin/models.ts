import {
  type CatalogEntry,
  type Modalities,
  modalitiesOf,
  type ModelMatrix,
  type RefreshReport,
} from "../catalog/mod.ts";
import type { CredentialId } from "../core/mod.ts";
import type { AdminDeps } from "./admin_deps.ts";
import { retireKey } from "./check_keys.ts";

/** A model with the facts by which people choose. */
export interface ModelEntry extends CatalogEntry {
  /** Number of credentials that list it, also those that are not named. */
  readonly serving: number;
  readonly modalities: Modalities;
  /** US dollars for a million tokens of text; null where the price is not known. */
  readonly price: { readonly input: number; readonly cached: number; readonly output: number } | null;
}

export interface ModelsView extends ModelMatrix {
  readonly entries: readonly ModelEntry[];
}

/** Every model; at most `keys` credentials are named for each, the oldest first; default: all. */
export function modelsView({ catalog, ledger, store }: AdminDeps, keys?: number): ModelsView {
  const matrix = catalog.matrix();
  const named = keys === undefined
    ? undefined
    : new Set(store.config.current().credentials.slice(0, keys).map(({ id }) => id));
  return {
    ...matrix,
    rows: matrix.rows.filter(({ credential }) => named?.has(credential) ?? true),
    entries: catalog.list().map((entry) => {
      const model = entry.aliasOf ?? entry.id;
      const price = ledger.prices.priceOf(model);
      return {
        ...entry,
        serving: entry.credentials.length,
        credentials: entry.credentials.filter((id) => named?.has(id) ?? true),
        modalities: modalitiesOf({ ...entry, id: model }),
        price: price === undefined
          ? null
          : { input: price.input, cached: price.cached, output: price.output },
      };
    }),
  };
}

export interface RefreshView {
  readonly credential: string;
  readonly source: string;
  readonly ok: boolean;
  readonly models: number;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly reason?: string;
}

/** Asks every usable credential, or the named ones, for its models. */
export async function refreshModels(
  deps: AdminDeps,
  signal: AbortSignal,
  only?: readonly CredentialId[],
): Promise<readonly RefreshView[]> {
  const { store, catalog, ports, ready } = deps;
  const all = await store.credentials.list();
  const asked = all.filter((one) =>
    only === undefined ? one.enabled && one.dead === undefined : only.includes(one.id)
  );
  const reports = await catalog.refresh(asked, {
    upstreams: deps.upstreams,
    fetch: ports.fetch,
    signal,
    ...(deps.fetchFor === undefined ? {} : { fetchFor: deps.fetchFor }),
    ...(ready === undefined ? {} : { ready: (credential) => ready(credential, false) }),
  });
  for (const report of reports) {
    if (!report.ok && report.failure.class === "credential_dead") {
      await retireKey(deps, report.credential, report.failure);
    }
  }
  return reports.map(viewOf);
}

function viewOf(report: RefreshReport): RefreshView {
  const { credential, source } = report;
  return report.ok
    ? { credential, source, ok: true, models: report.models, added: report.added, removed: report.removed }
    : { credential, source, ok: false, models: 0, added: [], removed: [], reason: report.failure.message };
}
