/** What of a request is taken at most, in one table; docs/security.md is written from it. */
export const BOUNDS = {
  /** Bytes of a form: only the dashboard's login sends one. */
  formBytes: 4_096,
  /** Fields of a form. */
  formFields: 16,
} as const;
