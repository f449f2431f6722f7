/** Shapes of Google API keys, OAuth tokens and bearer headers, wherever they stand in a text. */
const SECRETS_REGEXP =
  /AIza[0-9A-Za-z_-]{10,}|AQ\.[0-9A-Za-z_-]{10,}|ya29\.[0-9A-Za-z._-]+|1\/\/[0-9A-Za-z_-]{10,}|GOCSPX-[0-9A-Za-z_-]+|(?<=[Bb]earer\s+)[^\s"',;]+|(?<=api_key:)[^\s"',;]+|(?<=[?&](?:key|access_token|refresh_token|code|client_secret)=)[^&\s"']+/g;

/** Replaces everything that looks like a secret by `[redacted]`. For texts that leave the process: messages, logs, events. */
export function redact(text: string): string {
  return text.replace(SECRETS_REGEXP, "[redacted]");
}
