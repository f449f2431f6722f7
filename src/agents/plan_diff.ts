import { redact } from "../core/mod.ts";
import type { Edit } from "./contract.ts";
import { unifiedDiff } from "./text/unified_diff.ts";

/** The proxy's key when none was chosen: no secret, and a word of its own. */
const OPEN_KEY = "geminitro";

/** What stands behind a name that tells of a secret; `$NAME` and `{env:NAME}` are none. */
const NAMED_SECRET_REGEXP =
  /((?:api[_-]?key|bearer_token|auth_token|secret|password)["']?\s*[:=]\s*["']?)([^\s"',}${][^\s"',}]{5,})/gi;

/** The unified diff of all edits, without secrets: neither the proxy's key nor others that stand near. */
export function planDiff(edits: readonly Edit[], apiKey?: string): string {
  const text = edits.map(({ path, before, after }) => unifiedDiff(path, before, after)).join("");
  const named = text.replace(
    NAMED_SECRET_REGEXP,
    (_all, name: string, value: string) => name + (value === OPEN_KEY ? value : "[hidden]"),
  );
  const own = apiKey === undefined || apiKey === OPEN_KEY || apiKey.length < 6
    ? named
    : named.replaceAll(apiKey, "[hidden]");
  return redact(own);
}
