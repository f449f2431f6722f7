import {
  type Credential,
  type CredentialId,
  err,
  hasControlCharacter,
  isObject,
  isTag,
  MOST_TAGS,
  ok,
  parseForeign,
  type Result,
  Secret,
  tidyTags,
  TIERS,
} from "../core/mod.ts";
import { invalid } from "./config_records.ts";
import type { CredentialDraft, CredentialPatch, StoreProblem } from "./contract.ts";
import { defined } from "./fields.ts";

/** Makes the credential of a draft; texts are trimmed. Secrets shorter than 12 characters show no tail. */
export function fromDraft(
  draft: CredentialDraft,
  id: CredentialId,
  now: number,
): Result<Credential, StoreProblem> {
  const problem = checkOpenFields(draft) ?? checkSecrets(draft);
  if (problem !== undefined) return err(problem);
  const base = {
    id,
    label: draft.label?.trim() ?? "",
    tier: draft.tier ?? "free" as const,
    enabled: true,
    priority: 0,
    createdAt: draft.createdAt ?? now,
    updatedAt: now,
    ...defined({
      project: trimmed(draft.project),
      proxy: trimmed(draft.proxy),
      tags: storedTags(draft.tags ?? []),
    }),
  };
  switch (draft.source) {
    case "api_key": {
      const key = draft.key.trim();
      return ok({
        ...base,
        source: draft.source,
        ...withSecret(key),
      });
    }
    case "vertex": {
      const text = draft.serviceAccount.trim();
      const tail = serviceAccountName(text) ?? "";
      const location = draft.location.trim();
      return ok({ ...base, source: draft.source, tail, serviceAccount: new Secret(text), location });
    }
    default: {
      const email = draft.email.trim();
      const tokens = defined({
        accessToken: draft.accessToken === undefined ? undefined : new Secret(draft.accessToken.trim()),
        accessExpiresAt: draft.accessExpiresAt,
        codeAssistProject: trimmed(draft.codeAssistProject),
        consumer: draft.consumer,
        clientId: draft.clientId,
        clientSecret: draft.clientSecret === undefined ? undefined : new Secret(draft.clientSecret),
      });
      const refreshToken = new Secret(draft.refreshToken.trim());
      return ok({ ...base, source: draft.source, tail: email, email, refreshToken, ...tokens });
    }
  }
}

/** An API key and the end of it that may be shown. */
export function withSecret(key: string): { readonly tail: string; readonly key: Secret } {
  return { tail: key.length < 12 ? "" : key.slice(-4), key: new Secret(key) };
}

/** Tags as they are stored: undefined for none. */
export function storedTags(tags: readonly string[]): readonly string[] | undefined {
  const tidy = tidyTags(tags);
  return tidy.length === 0 ? undefined : tidy;
}

/** Two credentials with the same identity are one: the same key, or the same account of one source. */
export function identityOf(credential: Credential): string {
  switch (credential.source) {
    case "api_key":
      return `api_key ${credential.key.reveal()}`;
    case "vertex": {
      const text = credential.serviceAccount.reveal();
      return `vertex ${credential.location} ${serviceAccountName(text) ?? text}`;
    }
    default:
      return `${credential.source} ${credential.email.toLowerCase()}`;
  }
}

function trimmed(text: string | undefined): string | undefined {
  const short = text?.trim();
  return short === "" ? undefined : short;
}

/** The account's e-mail, or for application default credentials the client and quota project. */
function serviceAccountName(text: string): string | undefined {
  try {
    const file: unknown = parseForeign(text);
    if (!isObject(file)) return undefined;
    return typeof file["client_email"] === "string" ? file["client_email"] : undefined;
  } catch {
    return undefined;
  }
}

function checkSecrets(draft: CredentialDraft): StoreProblem | undefined {
  switch (draft.source) {
    case "api_key":
      return checkToken("key", draft.key, "API key");
    case "vertex":
      if (draft.location.trim() === "") {
        return invalid("location", "Give the Google Cloud location, for example global.");
      }
      return isJsonObject(draft.serviceAccount)
        ? undefined
        : invalid("serviceAccount", "The service account is not a JSON file as Google Cloud gives it.");
    default:
      if (!/^[^\s@]+@\S+$/.test(draft.email.trim())) {
        return invalid("email", "The e-mail address of the account is not one.");
      }
      return checkToken("refreshToken", draft.refreshToken, "refresh token") ??
        (draft.accessToken === undefined
          ? undefined
          : checkToken("accessToken", draft.accessToken, "access token"));
  }
}

/** Checks that a token can be sent in a request header. */
export function checkToken(field: string, text: string, what: string): StoreProblem | undefined {
  const token = text.trim();
  if (token === "") return invalid(field, `The ${what} is empty.`);
  if (!/^[\x21-\x7e]+$/.test(token)) {
    return invalid(field, `The ${what} has spaces or characters that no ${what} has.`);
  }
  return token.length > 4096 ? invalid(field, `The ${what} is longer than 4096 characters.`) : undefined;
}

function isJsonObject(text: string): boolean {
  try {
    return isObject(parseForeign(text));
  } catch {
    return false;
  }
}

type OpenFields = Pick<
  CredentialPatch,
  "label" | "tier" | "project" | "proxy" | "priority" | "tags" | "addTags"
>;

/** Fields that a draft and a patch share. */
export function checkOpenFields(fields: OpenFields): StoreProblem | undefined {
  if ((fields.label?.length ?? 0) > 200) return invalid("label", "The label is longer than 200 characters.");
  if (hasControlCharacter(`${fields.label ?? ""}${fields.project ?? ""}`)) {
    return invalid("label", "The label or project has a control character in it.");
  }
  const tags = tidyTags([...fields.tags ?? [], ...fields.addTags ?? []]);
  if (!tags.every(isTag)) {
    return invalid("tags", "A tag has at most 50 characters, no comma and no control character.");
  }
  if (tags.length > MOST_TAGS) return tooManyTags();
  if (fields.tier !== undefined && !TIERS.includes(fields.tier)) {
    return invalid("tier", `The tier must be one of ${TIERS.join(", ")}.`);
  }
  if (fields.priority !== undefined && !Number.isFinite(fields.priority)) {
    return invalid("priority", "The priority must be a number.");
  }
  return fields.proxy === undefined || fields.proxy === null || fields.proxy.trim() === ""
    ? undefined
    : checkProxy(fields.proxy.trim());
}

export function tooManyTags(): StoreProblem {
  return invalid("tags", `A key has at most ${MOST_TAGS} tags.`);
}

/** Checks the URL of an outbound proxy. */
export function checkProxy(proxy: string): StoreProblem | undefined {
  const url = URL.parse(proxy);
  return url !== null && ["http:", "https:", "socks5:"].includes(url.protocol) && url.hostname !== ""
    ? undefined
    : invalid("proxy", "The proxy must be a URL that begins with http://, https:// or socks5://.");
}
