import { z } from "zod";
import { ACCOUNT_STATES, type SourceOf, sourcesOf } from "../../core/mod.ts";
import { source, tier, time, type Wire } from "./fields.ts";

const accounts = sourcesOf("oauth");

export const provider = z.enum([...accounts, "gemini-cli"])
  .transform((one): SourceOf<"oauth"> => one === "gemini-cli" ? "gemini_cli" : one);
const anySource = z.enum([...accounts, "gemini-cli", ...sourcesOf("service_account")])
  .transform((one): SourceOf<"oauth" | "service_account"> => one === "gemini-cli" ? "gemini_cli" : one);
const confirmed = z.boolean().default(false).describe("The user has read the warning about these sources");
const pasted = z.string().min(1).max(5_000);

const proxy = z.string().max(2_000).describe(
  "The account's own outbound proxy, from its first contact with Google",
).optional();

export const BeginSignIn = z.strictObject({
  confirmed,
  returnTo: z.string().max(200).optional(),
  headless: z.boolean().default(false).describe(
    "Google shows the code on a page of its own, to be pasted; only for OAuth clients with which that page is registered",
  ),
  proxy,
});
export const BegunSignIn = z.object({
  url: z.string().describe("Google's page, to be opened in a browser"),
  authUrl: z.string(),
  state: z.string(),
  redirectUri: z.string(),
  hint: z.string().describe("What to do when the browser does not come back"),
});
export type BegunSignIn = Wire<typeof BegunSignIn>;

export const AddedAccount = z.object({
  id: z.string(),
  source,
  email: z.string(),
  renewed: z.boolean(),
  tier: tier.optional(),
  project: z.string().optional(),
  problem: z.string().optional().describe("Why it cannot serve yet"),
  link: z.string().optional(),
});

export const SignInProgress = z.object({
  status: z.enum(["pending", "done", "failed", "unknown"]),
  message: z.string().optional(),
  account: AddedAccount.optional(),
});
export type SignInProgress = Wire<typeof SignInProgress>;
export const SignInQuery = z.object({ state: z.string().min(1).max(200) });

export const ManualSignIn = z.strictObject({
  provider,
  text: pasted.describe("The pasted address, its query, or the code").optional(),
  redirect: pasted.describe("The same as text").optional(),
  refreshToken: pasted.optional(),
  email: z.string().max(300).optional(),
  proxy,
  confirmed,
}).refine((body) => [body.text ?? body.redirect, body.refreshToken].some((one) => one !== undefined), {
  message: "give the pasted address or a refresh token",
  path: ["text"],
});

export const ImportAccounts = z.strictObject({
  provider: anySource.optional(),
  text: z.string().max(1_000_000).optional(),
  files: z.array(z.object({ name: z.string().max(300), text: z.string().max(1_000_000) })).max(200)
    .describe("Several files at once").optional(),
  preview: z.boolean().default(false).describe("Only say what would be taken and what not"),
  proxy,
  location: z.string().min(1).max(60).regex(/^[a-z0-9-]+$/, "give a Google Cloud location").optional(),
  confirmed,
});
const named = z.object({ name: z.string(), message: z.string() });
export const ImportedAccounts = z.object({
  added: z.array(AddedAccount),
  failed: z.array(named).describe("Accounts that Google refused"),
  skipped: z.array(named).describe("What is in the files and was not taken, with the reason"),
  preview: z.array(z.object({
    name: z.string(),
    source,
    enabled: z.boolean().describe("False: it is switched off where it comes from, and stays so"),
    proxy: z.string().optional(),
  })).optional().describe("What would be taken; only when a preview was asked for"),
});

const quota = z.object({
  id: z.string(),
  source: z.enum(accounts),
  email: z.string(),
  at: time,
  buckets: z.array(z.object({
    group: z.string(),
    label: z.string(),
    window: z.string(),
    remaining: z.number().optional().describe("0..1; absent when Google does not say"),
    resetsAt: time.optional(),
    models: z.array(z.string()),
  })),
  problem: z.string().optional().describe("Why the numbers are old"),
});

/** The state of a signed-in account, the same wherever it is shown. */
export const standing = z.object({
  state: z.enum(ACCOUNT_STATES).describe(
    "ready; needs_set_up, needs_sign_in or needs_verification: the remedy says how; refused: by Google, for good; off: by the user",
  ),
  reason: z.string().optional().describe("Google's own reason"),
  code: z.string().optional(),
  link: z.string().optional().describe("The page on which the owner can change it"),
  until: time.optional().describe("When it is tried again by itself"),
  remedy: z.string().optional().describe("What brings it back"),
});

export const Account = z.object({
  id: z.string(),
  source,
  email: z.string(),
  label: z.string(),
  tier,
  project: z.string().optional(),
  status: z.enum(["active", "disabled", "dead"]),
  ...standing.shape,
  quota: quota.optional(),
});

export const RefreshQuotas = z.strictObject({
  account: z.string().min(1).max(300).describe("An id or e-mail; default: all accounts").optional(),
});

const pooled = z.object({
  source: z.enum(accounts),
  group: z.string(),
  label: z.string(),
  window: z.string(),
  accounts: z.number().describe("Accounts that can serve and have this budget"),
  unknown: z.number().describe("Those of which Google does not say what is left"),
  left: z.number().describe("What is left, in whole budgets of an account"),
  resetsAt: time.optional().describe("The first reset of one that is not full"),
});

export const Accounts = z.object({
  warning: z.string().describe("What must be read and confirmed before a sign-in"),
  sources: z.array(
    z.object({
      source: z.enum(accounts),
      on: z.boolean(),
      reason: z.string().optional(),
      warning: z.string().optional().describe("What a setting costs while the source works"),
    }),
  ),
  accounts: z.array(Account),
  pooled: z.array(pooled).describe("What is left over all accounts that can serve"),
});
export type Accounts = Wire<typeof Accounts>;

export const RemovedAccount = z.object({ email: z.string(), revoked: z.boolean() });
