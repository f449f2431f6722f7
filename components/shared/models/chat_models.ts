import type { MatrixModel } from "../views.ts";

/** Fast models first: they are the likely ones to have quota for a try. */
function rank(id: string): number {
  if (/flash-lite/.test(id)) return 1;
  return /flash/.test(id) ? 0 : 2;
}

/** The models that one can chat with, those most likely to answer first, the newest of them before the older. */
export function chatModels(models: readonly MatrixModel[]): readonly string[] {
  return models.map((model) => model.id)
    .filter((id) => /^gem(ini|ma)/.test(id) && !/embedding|image|tts|live|audio/.test(id))
    .sort((a, b) => rank(a) - rank(b) || b.localeCompare(a, "en", { numeric: true }));
}
