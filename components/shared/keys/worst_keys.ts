import type { LocalClient } from "../../../src/management/client.ts";
import type { KeyGlanceRow } from "../views.ts";

/** Keys that are shown at a glance. */
const GLANCE = 10;

/** The first ten, those in trouble before the others. */
export async function readWorstKeys(client: LocalClient): Promise<readonly KeyGlanceRow[]> {
  const { items } = await client.keyPage({ order: "worst", limit: GLANCE });
  return items.map(({ id, label, email, tail, status, reason }) => ({
    id,
    label,
    email: email ?? "",
    tail,
    status,
    reason: reason ?? "",
  }));
}
