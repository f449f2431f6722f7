import type { Option } from "./option.ts";
import { list } from "./parsers.ts";
import { pool, waiting } from "./pool_options.ts";
import { data, reports, server } from "./server_options.ts";
import { oauth, upstreams } from "./upstream_options.ts";

/** All options by variable. QUOTA_GROUPS_<NAME> is open-ended and stands apart. */
export const OPTIONS = { ...server, ...data, ...pool, ...waiting, ...oauth, ...upstreams, ...reports };

/** A row of documentation on QUOTA_GROUPS_<NAME>. */
export const QUOTA_GROUP_OPTION: Option<readonly string[]> = {
  variable: "QUOTA_GROUPS_<NAME>",
  group: "Keys and rotation",
  allowed: "model names separated by commas",
  secret: false,
  applies: "restart",
  elsewhere: "Quota groups of the database win by name: change them on the page Models.",
  parse: (text) => list(text).length > 0 ? list(text) : undefined,
  doc:
    "Models that share limits and cooldowns, separated by commas; a group made with the CLI or the API wins by name.",
};

/** Every setting there is, in the order of the documents. */
export const SETTINGS_TABLE: readonly Option<unknown>[] = [...Object.values(OPTIONS), QUOTA_GROUP_OPTION];
