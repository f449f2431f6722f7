import type { LocalClient } from "../../../src/management/client.ts";
import { filledRules } from "../../../src/core/glob.ts";
import type { Models } from "../../../src/management/contract.ts";
import { given } from "../given.ts";
import type { CatalogView, MatrixModel } from "../views.ts";

/** Keys that are named beside each model. */
const NAMED_KEYS = 100;

/** Every model with the user's own names, groups, fallbacks and rules. */
export async function readCatalog(client: LocalClient): Promise<CatalogView> {
  const [models, aliases, groups, fallbacks, settings] = await Promise.all([
    client.models({ keys: NAMED_KEYS }),
    client.aliases(),
    client.quotaGroups(),
    client.fallbacks(),
    client.settings(),
  ]);
  const served = new Set(models.entries.map(({ id }) => id));
  const unserved = (names: readonly string[]) => names.filter((name) => !served.has(name));
  const seen = (updatedAt: string | null) => updatedAt === null ? {} : { updatedAt };
  return {
    models: matrixModels(models),
    aliases: aliases.map(({ name, target, updatedAt, resolves }) => ({
      name,
      models: [target],
      unserved: resolves === null ? [target] : [],
      updatedAt,
    })),
    groups: groups.map(({ name, models, updatedAt }) => ({
      name,
      models,
      unserved: unserved(models),
      ...seen(updatedAt),
    })),
    fallbacks: fallbacks.map(({ model, to, updatedAt }) => ({
      name: model,
      models: to,
      unserved: unserved(to),
      updatedAt,
    })),
    rules: filledRules(settings.modelRules),
  };
}

function matrixModels({ entries }: Models): readonly MatrixModel[] {
  return entries.filter(({ aliasOf }) => aliasOf === undefined).map(
    ({ displayName, inputTokenLimit, outputTokenLimit, modalities, price, variantOf, ...model }) => ({
      ...model,
      ...modalities,
      name: displayName,
      inputLimit: inputTokenLimit,
      outputLimit: outputTokenLimit,
      ...given({ price, variantOf }),
    }),
  );
}
