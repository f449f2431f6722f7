import { isObject, type Tier } from "../core/mod.ts";

/** A tier as loadCodeAssist names it. */
export interface LoadedTier {
  readonly id: string;
  readonly isDefault: boolean;
}

export interface IneligibleTier {
  readonly reason: string;
  readonly message: string;
  readonly link?: string;
}

/** What loadCodeAssist says of an account; every field of it may be missing. */
export interface LoadedAccount {
  readonly current?: LoadedTier;
  readonly paid?: LoadedTier;
  readonly allowed: readonly LoadedTier[];
  readonly ineligible: readonly IneligibleTier[];
  readonly project?: string;
  /** Whether a company manages the account in Google Cloud; absent when Google does not say. */
  readonly managed?: boolean;
}

export function readLoaded(answer: Record<string, unknown>): LoadedAccount {
  const current = tierOf(answer["currentTier"]);
  const paid = tierOf(answer["paidTier"]);
  const project = projectId(answer["cloudaicompanionProject"]);
  return {
    ...(current === undefined ? {} : { current }),
    ...(paid === undefined ? {} : { paid }),
    allowed: list(answer["allowedTiers"]).flatMap((one) => tierOf(one) ?? []),
    ineligible: list(answer["ineligibleTiers"]).map(ineligible),
    ...(project === undefined ? {} : { project }),
    ...(typeof answer["gcpManaged"] === "boolean" ? { managed: answer["gcpManaged"] } : {}),
  };
}

/** A project comes as its id or as an object with it; it is opaque. */
export function projectId(value: unknown): string | undefined {
  const id = isObject(value) ? value["id"] : value;
  return typeof id === "string" && id !== "" ? id : undefined;
}

const list = (value: unknown) => Array.isArray(value) ? value.filter(isObject) : [];
const text = (value: unknown) => typeof value === "string" ? value : "";

function tierOf(value: unknown): LoadedTier | undefined {
  if (!isObject(value) || typeof value["id"] !== "string") return undefined;
  return { id: value["id"], isDefault: value["isDefault"] === true };
}

function ineligible(one: Record<string, unknown>): IneligibleTier {
  const link = text(one["validationUrl"]);
  return {
    reason: text(one["reasonCode"]),
    message: text(one["reasonMessage"]) || text(one["validationErrorMessage"]),
    ...(link.startsWith("https://") ? { link } : {}),
  };
}

/** Our tier of an account's plan: what was paid for counts before what Code Assist calls it. */
export function planOf({ paid, current }: LoadedAccount): Tier {
  const id = paid?.id ?? current?.id ?? "";
  if (/enterprise/i.test(id)) return "enterprise";
  if (/ultra/i.test(id)) return "premium";
  return /pro|standard/i.test(id) ? "standard" : "free";
}

/** The tier to be onboarded to; what was paid for is not one of them. */
export function tierToJoin({ allowed }: LoadedAccount): string {
  return (allowed.find((tier) => tier.isDefault) ?? allowed[0])?.id ?? "legacy-tier";
}
