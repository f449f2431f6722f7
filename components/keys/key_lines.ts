import type { KeyRow } from "../shared/views.ts";
import type { KeysView } from "../shared/keys/read_keys.ts";
import { keysText } from "./words.ts";

/** A line of the key table: a project, or one of its keys. */
export type KeyLine =
  | {
    readonly kind: "project";
    readonly project: string;
    /** Signed-in accounts, which Google counts one by one. */
    readonly accounts: boolean;
    readonly keys: number;
    readonly active: number;
  }
  | { readonly kind: "key"; readonly key: KeyRow };

/** Google counts these for each account, whichever project it calls through. */
function isAccount({ source }: Pick<KeyRow, "source">): boolean {
  return Object.hasOwn(keysText.providers, source);
}

/** The rows of a page in their order, with a line above each project's first. */
export function keyLines({ rows, projects }: Pick<KeysView, "rows" | "projects">): readonly KeyLine[] {
  const counts = new Map(projects.map((one) => [one.project, one]));
  let above: string | undefined;
  return rows.flatMap((key): KeyLine[] => {
    const accounts = isAccount(key);
    const group = accounts ? "accounts\n" : key.project;
    const line = { kind: "key" as const, key };
    if (group === above) return [line];
    above = group;
    const { keys, active } = counts.get(key.project) ?? { keys: 0, active: 0 };
    return [{ kind: "project", project: accounts ? "" : key.project, accounts, keys, active }, line];
  });
}
