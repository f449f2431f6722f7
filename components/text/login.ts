import { plural } from "../format.ts";

/** Words of pages that only the server makes. */
export const loginText = {
  title: "Sign in",
  lead: "With the owner's token: PROXY_API_KEY in the settings file.",
  token: "Owner's token",
  submit: "Sign in",
  wrong: "That is not the owner's token.",
  slow: (seconds: number) => `Too many wrong tokens. Try again in ${plural(seconds, "second", "seconds")}.`,
  unread: "This sign-in is not one that this page sends. Load it again and try again.",
  foreign: "This sign-in did not come from this page. Open the dashboard by its own address.",
  hint: "Not changed yet? The token is “geminitro”.",
} as const;

export const errorsText = {
  notFound: "There is no such page",
  notFoundLead: "The address may be old or mistyped.",
  failed: "This page could not be made",
  failedLead: "The proxy itself goes on serving. The reason is in the system logs.",
  back: "Back to the overview",
  again: "Try again",
} as const;
