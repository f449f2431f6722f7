import { type Credential, ok } from "../core/mod.ts";
import type { AdminDeps } from "./admin_deps.ts";
import { missing, type Outcome, refuse } from "./problem.ts";

/** Shortest piece of a secret or of an id that may name a key. */
const FRAGMENT_CHARACTERS = 6;

/**
 * The credential that an id, the beginning of one (with or without `cred_`), an account's e-mail, or the last characters of a key
 * name; pieces of six or more characters.
 */
export async function findKey({ store }: AdminDeps, idOrFragment: string): Promise<Outcome<Credential>> {
  const wanted = idOrFragment.trim();
  const { credentials } = await store.config.refresh();
  const exact = credentials.filter((one) => one.id === wanted || ("email" in one && one.email === wanted));
  if (exact.length > 1) {
    return refuse(
      409,
      "ambiguous",
      "This name fits accounts of several sources: give the account's id",
      "id",
    );
  }
  const [named] = exact;
  if (named !== undefined) return ok(named);
  const fragment = wanted.replace(/^\.\.\./, "");
  if (fragment.length < FRAGMENT_CHARACTERS) {
    return refuse(
      400,
      "fragment_too_short",
      "Name a key by the id of the list or by at least its last 6 characters",
      "id",
    );
  }
  const found = credentials.filter((one) =>
    one.id.slice(one.id.indexOf("_") + 1).startsWith(fragment) || one.id.startsWith(fragment) ||
    (one.source === "api_key" && one.key.reveal().endsWith(fragment))
  );
  if (found.length > 1) {
    return refuse(
      409,
      "ambiguous",
      `${found.length} keys have these characters: give more of them, or the whole id`,
      "id",
    );
  }
  const [only] = found;
  return only === undefined ? missing("key") : ok(only);
}
