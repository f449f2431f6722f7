/** What of a request is taken at most, in one table; docs/security.md is written from it. */
export const BOUNDS = {
  /** Characters of a request's path, as it was written. */
  pathChars: 4_096,
  /** Characters of a request's query. Google hangs up on longer ones, which looks like a broken network. */
  queryChars: 8_192,
  /** Characters of User-Agent that are looked at. */
  agentChars: 500,
  /** Bytes of a form: only the dashboard's login sends one. */
  formBytes: 4_096,
  /** Fields of a form. */
  formFields: 16,
} as const;
