/** An account's tier at Code Assist. */
export type SimTier =
  | "free"
  | "not_onboarded"
  | "standard_without_project"
  | "unsupported_client"
  | "unsupported_location"
  | "validation_required";

/** The refusal that every generating call of an account gets. */
export type SimTrouble =
  | "validation_required"
  | "banned"
  | "bare_429"
  | "rate_limit"
  | "capacity"
  | "permission"
  | "stale_project"
  | "project_off"
  | "named_user"
  | "withdrawn"
  | "empty"
  | "thoughts"
  | "unauthenticated";

export interface SimBudget {
  /** 0..1; undefined is left out of replies. */
  fraction: number | undefined;
  /** Epoch milliseconds. */
  resetsAt: number;
  /** True when Google has disabled it. */
  disabled?: boolean;
}

/** One Google account of the fakes; tests change it in place. */
export interface SimAccount {
  readonly email: string;
  tier: SimTier;
  project: string;
  projectAsObject: boolean;
  /** Polls until the sign-up is done. */
  onboardLooks: number;
  /** The sign-up ends without a project. */
  onboardWithout: boolean;
  /** Hosts at which a sign-up fails, and how: a 400 with these words, or an operation that is forgotten at once. */
  onboardFaults: Partial<Record<string, string | "lost">>;
  /** Tiers that loadCodeAssist calls ineligible, beside those that it offers. */
  ineligible: readonly { readonly reasonCode: string; readonly reasonMessage: string }[];
  trouble: SimTrouble | undefined;
  /** Models that Antigravity lists and serves for it, in place of the usual ones. */
  models: readonly string[] | undefined;
  /** loadCodeAssist's gcpManaged; undefined is left out. */
  managed: boolean | undefined;
  /** The refusal of a quota request. */
  pollTrouble: SimTrouble | undefined;
  /** The token endpoint's answer to a refresh; `ends`: the first one works, then the sign-in has ended. */
  refresh: "ok" | "ends" | "invalid_grant" | "unauthorized_client" | "unavailable" | "rotate";
  /** Lifetime of new access tokens, in seconds. */
  expiresIn: number;
  /** Calls that were answered with a turn. */
  served: number;
  refreshes: number;
  readonly quotas: {
    readonly gemini: Record<"5h" | "weekly", SimBudget>;
    readonly third_party: Record<"5h" | "weekly", SimBudget>;
  };
}

const HOUR = 3_600_000;

export function newAccount(email: string, now: number): SimAccount {
  const budgets = () => ({
    "5h": { fraction: 1, resetsAt: now + 5 * HOUR },
    weekly: { fraction: 1, resetsAt: now + 168 * HOUR },
  });
  return {
    email,
    tier: "free",
    project: `project-of-${email.split("@")[0]}`,
    projectAsObject: false,
    onboardLooks: 1,
    onboardWithout: false,
    onboardFaults: {},
    ineligible: [],
    trouble: undefined,
    models: undefined,
    managed: undefined,
    pollTrouble: undefined,
    refresh: "ok",
    expiresIn: 3_599,
    served: 0,
    refreshes: 0,
    quotas: { gemini: budgets(), third_party: budgets() },
  };
}

export function budgetsOf(account: SimAccount, model: string): Record<"5h" | "weekly", SimBudget> {
  return /^(claude|gpt)/.test(model) ? account.quotas.third_party : account.quotas.gemini;
}

/**
 * Every kind of account at Google, by the name in its e-mail, with a description and the function that sets it up. Troubles
 * of models, which concern all accounts, are not among them.
 */
export const SAMPLE_ACCOUNTS: Readonly<
  Record<string, { readonly says: string; readonly make: (account: SimAccount) => void }>
> = {
  "ready": { says: "serves", make: () => {} },
  "spare": {
    says: "serves, and has a quarter of its five hours left",
    make: (account) => {
      account.quotas.gemini["5h"].fraction = 0.25;
    },
  },
  "used-up": {
    says: "has used up its week",
    make: (account) => {
      account.quotas.gemini.weekly.fraction = 0;
    },
  },
  "new": {
    says: "is set up at its first call",
    make: (account) => {
      account.tier = "not_onboarded";
      account.onboardLooks = 0;
    },
  },
  "no-set-up": {
    says: "is never set up",
    make: (account) => {
      account.tier = "not_onboarded";
      account.onboardLooks = 0;
      for (const host of ["daily", "prod", "cli"]) account.onboardFaults[host] = "Precondition check failed.";
    },
  },
  "no-project": {
    says: "is signed up without a project",
    make: (account) => {
      account.tier = "not_onboarded";
      account.onboardLooks = 0;
      account.onboardWithout = true;
    },
  },
  "project-off": {
    says: "has a project without the API",
    make: (account) => {
      account.trouble = "project_off";
    },
  },
  "signed-out": {
    says: "has a sign-in that ends at its first call",
    make: (account) => {
      account.refresh = "ends";
      account.expiresIn = 30;
    },
  },
  "verify": {
    says: "must be verified before it is set up",
    make: (account) => {
      account.tier = "validation_required";
    },
  },
  "verify-later": {
    says: "must be verified at its first call",
    make: (account) => {
      account.trouble = "validation_required";
    },
  },
  "banned": {
    says: "is banned",
    make: (account) => {
      account.trouble = "banned";
    },
  },
  "no-licence": {
    says: "is no named user of its organisation",
    make: (account) => {
      account.trouble = "named_user";
    },
  },
  "place": {
    says: "is in a place that is not served",
    make: (account) => {
      account.tier = "unsupported_location";
    },
  },
  "busy": {
    says: "is refused without a reason (bare 429)",
    make: (account) => {
      account.trouble = "bare_429";
    },
  },
  "silent": {
    says: "gets empty answers",
    make: (account) => {
      account.trouble = "empty";
    },
  },
  "odd-token": {
    says: "has tokens that calls do not take",
    make: (account) => {
      account.trouble = "unauthenticated";
    },
  },
};

/** The e-mail of a sample account. */
export const sampleEmail = (name: string): string => `${name}@sim.example`;
