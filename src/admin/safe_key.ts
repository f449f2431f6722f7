import {
  accountStanding,
  type AccountState,
  type Credential,
  type CredentialType,
  isSourceOf,
  redact,
  SOURCE_TABLE,
  statedRules,
} from "../core/mod.ts";
import type { Cell } from "../ledger/mod.ts";
import type { BucketView, CredentialView } from "../pool/contract.ts";
import type { ModelListRecord } from "../store/mod.ts";

export type KeyStatus = "active" | "cooldown" | "disabled" | "dead";

/** A credential without its secrets. */
export interface SafeKey extends ReturnType<typeof statedRules> {
  readonly id: string;
  readonly tail: string;
  readonly type: CredentialType;
  readonly source: Credential["source"];
  readonly label: string;
  readonly tags: readonly string[];
  readonly email: string | null;
  readonly project: string | null;
  readonly tier: Credential["tier"];
  readonly status: KeyStatus;
  readonly reason: string | null;
  readonly link: string | null;
  /** The state of a signed-in account, and its remedy; null for keys. */
  readonly state: AccountState | null;
  readonly remedy: string | null;
  /** Calls served and failed, over all processes and restarts. */
  readonly usage: number;
  readonly errors: number;
  /** Attempts that failed here while their call went on, at this key or another; in no other count. */
  readonly retried: number;
  readonly inFlight: number;
  readonly slots: number;
  /** Epoch milliseconds. */
  readonly lastUsed: number | null;
  /** Epoch milliseconds at which one of its models can serve again; null unless status is cooldown. */
  readonly cooldownUntil: number | null;
  readonly cooldowns: readonly {
    readonly scope: string;
    readonly kind: string;
    /** ISO 8601. */
    readonly until: string;
    readonly reason: string;
    readonly fact: boolean;
  }[];
  readonly models: readonly string[];
  readonly modelsAt: number | null;
  readonly priority: number;
  readonly enabled: boolean;
  readonly proxy: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface SafeKeyFacts {
  readonly now: number;
  readonly state?: CredentialView;
  readonly models?: ModelListRecord;
  /** Closed buckets that this credential would use. */
  readonly closed: readonly BucketView[];
}

/** The state of a credential, with the data of its view. */
export interface KeyStanding {
  readonly credential: Credential;
  readonly status: KeyStatus;
  /** Epoch milliseconds; null unless status is cooldown. */
  readonly cooldownUntil: number | null;
  readonly facts: SafeKeyFacts;
}

export function keyStanding(credential: Credential, facts: SafeKeyFacts): KeyStanding {
  const cooling = coolingUntil(facts);
  const status = statusOf(credential, cooling, facts.state);
  return { credential, status, cooldownUntil: status === "cooldown" ? cooling ?? null : null, facts };
}

/** The public tail of a key; an account's e-mail. */
export function shownTail({ source, tail }: Credential): string {
  if (tail === "") return "...";
  return isSourceOf(source, "oauth") ? tail : `...${tail.replace(/^\.+/, "")}`;
}

/** Makes the view of a credential without its secrets; `counts` are its calls over all time. */
export function safeKey({ credential, status, cooldownUntil, facts }: KeyStanding, counts?: Cell): SafeKey {
  const { state, models } = facts;
  const standing = accountStanding(credential);
  return {
    id: credential.id,
    tail: shownTail(credential),
    type: SOURCE_TABLE[credential.source].credential,
    source: credential.source,
    label: redact(credential.label),
    tags: (credential.tags ?? []).map(redact),
    email: "email" in credential ? credential.email : null,
    project: credential.project ?? null,
    tier: credential.tier,
    status,
    reason: reasonOf(credential, status, state),
    link: (credential.dead ?? state?.dead)?.link ?? null,
    state: standing?.state ?? null,
    remedy: standing?.remedy ?? null,
    usage: counts?.requests ?? 0,
    errors: counts?.failed ?? 0,
    retried: counts?.retried ?? 0,
    inFlight: state?.inFlight ?? 0,
    slots: state?.slots ?? 0,
    lastUsed: state?.lastUsed ?? null,
    cooldownUntil,
    cooldowns: activeCooldowns(facts).map(({ scope, kind, until, reason, fact }) => ({
      scope,
      kind,
      until: new Date(until).toISOString(),
      reason: redact(reason),
      fact,
    })),
    models: models?.models.map((model) => model.id) ?? [],
    modelsAt: models?.at ?? null,
    priority: credential.priority,
    enabled: credential.enabled,
    proxy: credential.proxy === undefined ? null : bareUrl(credential.proxy),
    ...statedRules(credential),
    createdAt: credential.createdAt,
    updatedAt: credential.updatedAt,
  };
}

function statusOf(credential: Credential, cooling: number | undefined, state?: CredentialView): KeyStatus {
  if (credential.dead !== undefined || state?.dead !== undefined) return "dead";
  if (!credential.enabled) return "disabled";
  return cooling === undefined ? "active" : "cooldown";
}

function reasonOf(credential: Credential, status: KeyStatus, state?: CredentialView): string | null {
  if (status === "dead") return redact((credential.dead ?? state?.dead)?.reason ?? "");
  if (status === "disabled") return "Disabled by the user";
  if (status === "cooldown") return redact(state?.cooldowns[0]?.reason ?? "All its models are cooling");
  return null;
}

function activeCooldowns({ state, now }: SafeKeyFacts) {
  return (state?.cooldowns ?? []).filter((cooldown) => cooldown.until > now);
}

/** The time at which its first model is free again; undefined while any model is free. */
function coolingUntil(facts: SafeKeyFacts): number | undefined {
  const active = activeCooldowns(facts);
  const { closed } = facts;
  // Usually nothing is in cooldown, and a thousand keys have fifty models each.
  if (active.length === 0 && closed.length === 0) return undefined;
  const whole = active.filter(({ scope }) => scope === "credential" || scope === "source");
  const wholeUntil = whole.reduce((most, { until }) => Math.max(most, until), 0);
  const modelUntil = (model: string) => {
    const own = active.filter(({ scope }) => scope === model || scope.endsWith(`:${model}`));
    const shared = closed.filter((bucket) => bucket.model === model);
    return Math.max(0, ...own.map(({ until }) => until), ...shared.map((bucket) => bucket.coolingUntil ?? 0));
  };
  const perModel = facts.models?.models.map(({ id }) => modelUntil(id)) ?? [];
  const first = perModel.length === 0 ? 0 : Math.min(...perModel);
  const until = Math.max(wholeUntil, first);
  return until > facts.now ? until : undefined;
}

/** A proxy's address without the password in it. */
function bareUrl(text: string): string {
  const url = URL.parse(text);
  return url === null ? "..." : `${url.protocol}//${url.host}`;
}
