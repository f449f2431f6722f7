import type { ProblemGroup } from "./groups.ts";

/** A one-click remedy for a reason, and its target. */
export type Remedy =
  /** Google is asked about the keys again; those that work serve at once. */
  | { readonly kind: "check"; readonly keys: readonly string[] }
  /** The keys are asked again before their cooldown is over. */
  | { readonly kind: "lift"; readonly keys: readonly string[] }
  | { readonly kind: "off"; readonly keys: readonly string[] }
  /** Another model answers while this one cannot. */
  | { readonly kind: "fallback"; readonly model: string }
  /** The name leads to a model that is served. */
  | { readonly kind: "alias"; readonly name: string }
  /** Half as much again for a client. */
  | { readonly kind: "budget"; readonly client: string };

/** The place where the rest is done. */
export interface RemedyLink {
  readonly label: "addKeys" | "deadKeys" | "keys" | "logs" | "models" | "settings" | "signIn" | "tokens";
  readonly href: string;
}

const LINKS = {
  addKeys: "/dashboard/keys?add",
  deadKeys: "/dashboard/keys?status=dead",
  keys: "/dashboard/keys",
  logs: "/dashboard/logs?level=warn",
  models: "/dashboard/models#names",
  signIn: "/dashboard/keys?signin",
  tokens: "/dashboard/settings#tokens",
} as const;

type Group = Pick<ProblemGroup, "reason" | "status" | "models" | "keyIds" | "clients" | "message">;

/** The remedy for a group of failures; undefined where none of ours helps. */
export function remedyOf({ reason, status, models, keyIds, clients }: Group): Remedy | undefined {
  const [model] = models;
  const [client] = clients;
  const withKeys = (kind: "check" | "lift" | "off"): Remedy | undefined =>
    keyIds.length === 0 ? undefined : { kind, keys: keyIds };
  switch (reason) {
    case "credential_dead":
    case "credential_stale":
    case "transport":
      return withKeys("check");
    case "ambiguous_429":
      return withKeys("lift");
    case "region_blocked":
    case "unknown":
      return withKeys("off");
    case "rate_limit":
    case "quota":
    case "overloaded":
    case "not_on_tier":
      return model === undefined ? undefined : { kind: "fallback", model };
    case "model_gone":
      return model === undefined ? undefined : { kind: "alias", name: model };
    case "refused":
      if (status === 404 && model !== undefined) return { kind: "alias", name: model };
      return status === 429 && client !== undefined ? { kind: "budget", client } : undefined;
    default:
      return undefined;
  }
}

const PLACES: Readonly<Record<string, keyof typeof LINKS>> = {
  credential_dead: "deadKeys",
  credential_stale: "signIn",
  rate_limit: "addKeys",
  quota: "addKeys",
  not_on_tier: "models",
  model_gone: "models",
  overloaded: "models",
  ambiguous_429: "keys",
  region_blocked: "keys",
  transport: "logs",
};

/** The link for resolving a group by hand: the setting that its message names, or the page of its subject. */
export function linkOf({ reason, status, message }: Group): RemedyLink | undefined {
  if (reason === "misconfigured" || (reason === "refused" && status === 413)) {
    const setting = message.split(/[^A-Z0-9_]/).find((word) => /^[A-Z]/.test(word) && word.includes("_"));
    const wanted = setting ?? (status === 413 ? "MAX_BODY_BYTES" : undefined);
    const query = wanted === undefined ? "" : `?q=${wanted}`;
    return { label: "settings", href: `/dashboard/settings${query}#all` };
  }
  const place = reason === "refused" ? placeOfRefusal(status) : PLACES[reason];
  return place === undefined ? undefined : { label: place, href: LINKS[place] };
}

function placeOfRefusal(status: number | undefined): keyof typeof LINKS | undefined {
  if (status === 404) return "models";
  return status === 401 || status === 403 || status === 429 ? "tokens" : undefined;
}
