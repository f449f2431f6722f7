import type { Environment, Option } from "./option.ts";
import { list } from "./parsers.ts";
import { pool, waiting } from "./pool_options.ts";
import { data, reports, server } from "./server_options.ts";
import { oauth, upstreams } from "./upstream_options.ts";
import { editDistance } from "../core/mod.ts";

/** All options by variable. QUOTA_GROUPS_<NAME> is open-ended and separate. */
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

/** Read by the program beside the table: by the platform, by commands, or to find the settings themselves. */
const ELSEWHERE =
  /^(?:DENO_|NO_COLOR$|CI$|DEV$|GEMINITRO_(?:PROJECT|WORKER|CONTAINER|PASSPHRASE|RELEASE_FEED)$)/;
/** Largest edit distance at which a foreign variable is reported as a misspelt setting. */
const NEAR = 2;
const LONG = 8;
const MOST = 20;

/** One sentence for each name that looks like a misspelt setting. */
export function misspeltSettings(env: Environment, file: Environment, path = ".env"): readonly string[] {
  const known = SETTINGS_TABLE.map(({ variable }) => variable).filter((name) =>
    name !== QUOTA_GROUP_OPTION.variable
  );
  const isKnown = (name: string) =>
    known.includes(name) || name.startsWith("QUOTA_GROUPS_") || ELSEWHERE.test(name);
  const meant = (name: string) => nearest(name, known);
  const inFile = Object.keys(file).filter((name) => !isKnown(name)).map((name) => {
    const guess = meant(name);
    return `${name} in ${path} is no setting and does nothing${
      guess === undefined ? "" : `: did you mean ${guess}?`
    }`;
  });
  const around = Object.keys(env).filter((name) => !isKnown(name) && name.length >= LONG).flatMap((name) => {
    const guess = meant(name);
    return guess === undefined ? [] : [`${name} in the environment is no setting: did you mean ${guess}?`];
  });
  return [...inFile, ...around].slice(0, MOST);
}

function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length > 64) return undefined;
  const upper = name.toUpperCase().replaceAll("-", "_");
  // Skips names whose length differs more than the allowed distance.
  const alike = known.filter((one) => Math.abs(one.length - upper.length) <= NEAR);
  const found = alike.map((one) => ({ one, far: editDistance(upper, one) })).sort((a, b) => a.far - b.far)[0];
  return found !== undefined && found.far <= NEAR ? found.one : undefined;
}
