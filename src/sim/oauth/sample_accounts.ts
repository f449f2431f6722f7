import type { SimAccount } from "./accounts.ts";

/** Every kind of account that Google knows (troubles of models, which concern all accounts, are none), by the name in its e-mail; what is said of it, and how it is made so. */
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
