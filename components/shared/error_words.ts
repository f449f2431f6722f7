/** Texts of error pages. */
export const errorsText = {
  notFound: "There is no such page",
  notFoundLead: "The address may be old or mistyped.",
  failed: "This page could not be made",
  failedLead: "The proxy itself goes on serving. The reason is in the system logs.",
  back: "Back to the overview",
  again: "Try again",
} as const;
