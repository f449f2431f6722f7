import { isObject, parseForeign, type Repair } from "../../core/mod.ts";
import type { Repairs } from "../../relay/mod.ts";

/** Repairs of a native client's body: only a number that the model does not accept, which a client cannot know. */
export function bodyRepairs(body: Uint8Array<ArrayBuffer>): Repairs {
  return {
    changes: (repair, already) =>
      repair.kind === "clamp_output" && repairedBody(body, [...already, repair]) !== body,
    subject: () => "",
  };
}

/** A native body with its output limit reduced to the model's maximum; Google has both spellings of the field. */
export function repairedBody(
  body: Uint8Array<ArrayBuffer>,
  healings: readonly Repair[],
): Uint8Array<ArrayBuffer> {
  const clamp = healings.find((repair) => repair.kind === "clamp_output");
  if (clamp === undefined) return body;
  try {
    const request: unknown = parseForeign(new TextDecoder().decode(body));
    const changed = isObject(request) ? clamped(request, clamp.maximum) : request;
    return changed === request ? body : new TextEncoder().encode(JSON.stringify(changed));
  } catch {
    return body;
  }
}

/** The request itself where nothing is above the maximum. */
function clamped(request: Record<string, unknown>, maximum: number): Record<string, unknown> {
  let copy = request;
  for (const name of ["generationConfig", "generation_config"]) {
    const config = copy[name];
    if (!isObject(config)) continue;
    const limits = ["maxOutputTokens", "max_output_tokens"].filter((field) =>
      Number(config[field]) > maximum
    );
    if (limits.length === 0) continue;
    copy = { ...copy, [name]: { ...config, ...Object.fromEntries(limits.map((field) => [field, maximum])) } };
  }
  return copy;
}
