import type { Json, JsonObject } from "../core/mod.ts";

/** How events are told apart on the wire. Google sends `crlf`. */
export type Newline = "crlf" | "lf" | "cr";

/** Server-sent events (`alt=sse`) or one JSON array. */
export type StreamForm = "sse" | "array";

const NEWLINES: Readonly<Record<Newline, string>> = { crlf: "\r\n", lf: "\n", cr: "\r" };

/** JSON as Google prints it outside of event streams: two spaces, a newline at the end. */
export function pretty(value: Json): string {
  return JSON.stringify(value, null, 2) + "\n";
}

/** The texts of a whole stream, one per event; an array's brackets and commas stand with the first, the next and the last. */
export function frameEvents(
  events: readonly JsonObject[],
  form: StreamForm,
  newline: Newline = "crlf",
): readonly string[] {
  if (form === "sse") {
    const end = NEWLINES[newline];
    return events.map((event) => `data: ${JSON.stringify(event)}${end}${end}`);
  }
  const last = events.length - 1;
  return events.map((event, index) =>
    (index === 0 ? "[" : ",\r\n") + JSON.stringify(event, null, 2) + (index === last ? "\n]\n" : "\n")
  );
}

/** The body of an error answer: an array when the method streams without `alt=sse`. */
export function errorText(error: JsonObject, inArray: boolean): string {
  return pretty(inArray ? [{ error }] : { error });
}
