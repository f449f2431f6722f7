/** Content types of the Gemini API's answers. */
export const JSON_TYPES: ReadonlySet<string> = new Set(["", "application/json", "text/event-stream"]);

/** A content type without its parameters, in lower case; empty when there is none. */
export function plainType(header: string | null): string {
  return (header ?? "").split(";", 1)[0]!.trim().toLowerCase();
}

const INERT_REGEXP =
  /^(?:application\/(?:json|pdf|octet-stream)|text\/plain|(?:video|audio)\/[\w.+-]+|image\/(?!svg)[\w.-]+)$/;

/** True for a type that no browser runs as markup or a program. */
export function isInert(type: string): boolean {
  return type === "" || INERT_REGEXP.test(type);
}

/** A type made safe for a message. */
export function typeWord(type: string): string {
  return type.replace(/[^\w/.+-]/g, "?").slice(0, 60);
}

/** The content type for a client: the upstream's unless a browser might run it, else plain JSON. */
export function safeType(header: string | null): string {
  const type = plainType(header);
  if (type === "" || !isInert(type) && !JSON_TYPES.has(type)) return "application/json";
  return /^[\w.+/-]+(?:; ?charset=utf-8)?$/i.test(header!) ? header! : type;
}
