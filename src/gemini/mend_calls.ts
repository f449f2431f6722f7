import { isObject, type JsonObject } from "../core/mod.ts";
import type { EventFilter } from "./event_filter.ts";
import type { Tool } from "./wire.ts";

/** Words that Gemini puts before a function's name at times; they are of its own training, and no part of the name. */
const PREFIX_REGEXP = /^(?:default_api[:.]|functions\.)/;

/**
 * Calls as they were declared: a name that differs from exactly one declared name in its case or by a prefix of Gemini's is
 * that name, any other name stays as it is; arguments that had to travel under `value` come out of it.
 */
export function createCallMender(
  tools: readonly Tool[],
  wrapped: ReadonlySet<string>,
): EventFilter | undefined {
  const declared = new Set(
    tools.flatMap(({ functionDeclarations = [] }) => functionDeclarations.map(({ name }) => name)),
  );
  if (declared.size === 0) return undefined;
  return {
    push(event) {
      if (event.type !== "tool-call") return [event];
      const name = declared.has(event.name) ? event.name : declaredName(event.name, declared);
      const args = wrapped.has(name) ? unwrapped(event.args) : event.args;
      return name === event.name && args === event.args ? [event] : [{ ...event, name, args }];
    },
  };
}

function declaredName(called: string, declared: ReadonlySet<string>): string {
  const bare = called.replace(PREFIX_REGEXP, "");
  if (declared.has(bare)) return bare;
  for (const word of [called, bare]) {
    const alike = [...declared].filter((name) => name.toLowerCase() === word.toLowerCase());
    if (alike.length === 1) return alike[0]!;
  }
  return called;
}

/** The client's schema allows any value there, so that it may be no object. */
function unwrapped(args: JsonObject): JsonObject {
  return isObject(args) && Object.keys(args).join() === "value" ? args["value"] as JsonObject : args;
}
