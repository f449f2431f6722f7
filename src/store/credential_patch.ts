import { type Credential, err, MOST_TAGS, ok, type Result, Secret } from "../core/mod.ts";
import { invalid } from "./config_records.ts";
import type { CredentialPatch, StoreProblem } from "./contract.ts";
import { checkOpenFields, checkToken, storedTags, tooManyTags, withSecret } from "./credential_draft.ts";
import { defined } from "./fields.ts";

/** Applies an edit; `null` removes a field. A field that this kind of credential does not have is refused by name. */
export function applyPatch(credential: Credential, patch: CredentialPatch): Result<Credential, StoreProblem> {
  const problem = checkOpenFields(patch) ?? checkTokens(patch) ?? foreignField(credential, patch);
  if (problem !== undefined) return err(problem);
  const {
    accessToken,
    refreshToken,
    clientSecret,
    key,
    tags: _set,
    addTags: _put,
    removeTags: _taken,
    ...plain
  } = patch;
  const tags = tagsAfter(credential, patch);
  if ((tags?.length ?? 0) > MOST_TAGS) return err(tooManyTags());
  const changes = {
    ...Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined).map(tidy)),
    ...defined({
      accessToken: secretOf(accessToken),
      refreshToken: secretOf(refreshToken),
      clientSecret: secretOf(clientSecret),
      tags,
    }),
    ...(key === undefined ? {} : withSecret(key.trim())),
  };
  const merged = Object.entries({ ...credential, ...changes }).filter(([, value]) => value !== null);
  // Only fields that this kind has were let through, so the result is of the same kind.
  return ok(Object.fromEntries(merged) as unknown as Credential);
}

/** The tags that an edit leaves; undefined when it leaves them alone, null for none. */
function tagsAfter(
  { tags: before = [] }: Credential,
  { tags = before, addTags = [], removeTags = [] }: CredentialPatch,
): readonly string[] | null | undefined {
  if (tags === before && addTags.length === 0 && removeTags.length === 0) return undefined;
  const removed = new Set(removeTags.map((tag) => tag.trim().toLowerCase()));
  return storedTags([...tags ?? [], ...addTags].filter((tag) => !removed.has(tag.trim().toLowerCase()))) ??
    null;
}

function secretOf(text: string | null | undefined): Secret | null | undefined {
  return typeof text === "string" ? new Secret(text.trim()) : text;
}

/** Texts are trimmed; an empty project or proxy means none. */
function tidy([name, value]: [string, unknown]): [string, unknown] {
  if (typeof value !== "string") return [name, value];
  const text = value.trim();
  return [name, text === "" && name !== "label" && name !== "location" ? null : text];
}

function checkTokens(patch: CredentialPatch): StoreProblem | undefined {
  if (patch.key !== undefined) return checkToken("key", patch.key, "API key");
  if (patch.refreshToken !== undefined) {
    return checkToken("refreshToken", patch.refreshToken, "refresh token");
  }
  if (typeof patch.accessToken === "string") {
    return checkToken("accessToken", patch.accessToken, "access token");
  }
  return patch.location?.trim() === "" ? invalid("location", "The location is empty.") : undefined;
}

const OWN_FIELDS: Readonly<Record<string, readonly Credential["source"][]>> = {
  key: ["api_key"],
  accessToken: ["antigravity", "gemini_cli", "vertex"],
  accessExpiresAt: ["antigravity", "gemini_cli", "vertex"],
  refreshToken: ["antigravity", "gemini_cli"],
  codeAssistProject: ["antigravity", "gemini_cli"],
  consumer: ["antigravity", "gemini_cli"],
  clientId: ["antigravity", "gemini_cli"],
  clientSecret: ["antigravity", "gemini_cli"],
  location: ["vertex"],
};

function foreignField(credential: Credential, patch: CredentialPatch): StoreProblem | undefined {
  const field = Object.entries(patch).find(([name, value]) =>
    value !== undefined && OWN_FIELDS[name]?.includes(credential.source) === false
  )?.[0];
  return field === undefined
    ? undefined
    : invalid(field, `A credential of source ${credential.source} has no ${field}.`);
}
