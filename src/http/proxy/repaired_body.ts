import { type Healing, isObject } from "../../core/mod.ts";

/** A native body with its output limit cut to what the model takes; both spellings of the field are Google's. */
export function repairedBody(
  body: Uint8Array<ArrayBuffer>,
  healings: readonly Healing[],
): Uint8Array<ArrayBuffer> {
  const clamp = healings.find((heal) => heal.kind === "clamp_output");
  if (clamp === undefined) return body;
  try {
    const request: unknown = JSON.parse(new TextDecoder().decode(body));
    return isObject(request)
      ? new TextEncoder().encode(JSON.stringify(clamped(request, clamp.maximum)))
      : body;
  } catch {
    return body;
  }
}

function clamped(request: Record<string, unknown>, maximum: number): Record<string, unknown> {
  const copy = { ...request };
  for (const name of ["generationConfig", "generation_config"]) {
    const config = copy[name];
    if (!isObject(config)) continue;
    const limits = ["maxOutputTokens", "max_output_tokens"].filter((field) =>
      Number(config[field]) > maximum
    );
    copy[name] = { ...config, ...Object.fromEntries(limits.map((field) => [field, maximum])) };
  }
  return copy;
}
