import { editDistance } from "../core/mod.ts";

/** The known words nearest to what was written, best first; none when nothing is near. */
export function nearWords(written: string, known: readonly string[]): readonly string[] {
  const limit = Math.max(1, Math.floor(written.length / 3));
  return known
    .map((word) => ({ word, distance: word.startsWith(written) ? 0.5 : editDistance(written, word) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ word }) => word);
}
