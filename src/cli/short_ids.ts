/** As few characters of an id as people type gladly. */
const LEAST = 6;

/** Each id's shortest beginning, without its prefix, that no other id of the list has. */
export function shortIds(ids: readonly string[]): ReadonlyMap<string, string> {
  const bare = ids.map((id) => id.slice(id.indexOf("_") + 1));
  for (let length = LEAST;; length++) {
    const short = bare.map((id) => id.slice(0, length));
    if (new Set(short).size === new Set(bare).size) {
      return new Map(ids.map((id, index) => [id, short[index]!]));
    }
  }
}
