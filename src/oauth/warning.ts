/** What a user must know before signing in; shown by the dashboard, the command line and the documents. */
export const OAUTH_WARNING =
  "Google's terms do not allow other software to use Antigravity or Gemini CLI sign-ins, and Google has suspended accounts " +
  "for it. Gemini CLI sign-ins serve only Standard and Enterprise licences since 18 June 2026, and an OAuth client of your own " +
  "is usually refused with SERVICE_DISABLED. The sign-in also gives access to your whole Google Cloud. API keys and Vertex AI " +
  "are allowed and recommended.";
