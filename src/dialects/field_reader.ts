import { type Failure, invalidRequest, isObject } from "../core/mod.ts";
import { type ConversationItem, MAX_NESTING, type Part, tooDeepAt } from "../gemini/mod.ts";
import type { RemoteMedia } from "./contract.ts";

/**
 * Reads a body of unknown shape. Every reader gives a usable value, and the first thing that was wrong is kept as
 * `failure`, named by its field; decoders run to their end and look at it once.
 */
export class FieldReader {
  #failure: Failure | undefined;

  get failure(): Failure | undefined {
    return this.#failure;
  }

  /** Records that a field cannot be served; only the first one counts. */
  refuse(param: string, message: string, code = "invalid_value"): void {
    this.#failure ??= invalidRequest(message, { param, code });
  }

  /** Refuses a body that is nested deeper than Google reads, and names the field. */
  refuseDeep(body: unknown): void {
    const place = tooDeepAt(body, MAX_NESTING);
    if (place === undefined) return;
    const field = place.split(".", 4).slice(1).join(".");
    this.refuse(field, `${field} is nested too deeply: at most ${MAX_NESTING} levels are read.`);
  }

  object(value: unknown, path: string): Record<string, unknown> {
    if (isObject(value)) return value;
    this.#wrong(path, "an object", value);
    return {};
  }

  list(value: unknown, path: string): readonly unknown[] {
    if (Array.isArray(value)) return value;
    this.#wrong(path, "an array", value);
    return [];
  }

  optionalList(value: unknown, path: string): readonly unknown[] {
    return value === undefined || value === null ? [] : this.list(value, path);
  }

  string(value: unknown, path: string): string {
    if (typeof value === "string") return value;
    this.#wrong(path, "a string", value);
    return "";
  }

  optionalString(value: unknown, path: string): string | undefined {
    return value === undefined || value === null ? undefined : this.string(value, path);
  }

  /** A finite number within bounds, or undefined when the field is absent or null. */
  optionalNumber(
    value: unknown,
    path: string,
    bounds: { readonly min?: number; readonly max?: number } = {},
  ): number | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value !== "number" || !Number.isFinite(value)) {
      this.#wrong(path, "a number", value);
      return undefined;
    }
    const { min = -Infinity, max = Infinity } = bounds;
    if (value >= min && value <= max) return value;
    const allowed = max === Infinity ? `at least ${min}` : `between ${min} and ${max}`;
    this.refuse(path, `Invalid value for ${path}: ${value}. It must be ${allowed}.`);
    return undefined;
  }

  optionalBoolean(value: unknown, path: string): boolean | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value === "boolean") return value;
    this.#wrong(path, "a boolean", value);
    return undefined;
  }

  #wrong(path: string, wanted: string, value: unknown): void {
    const missing = value === undefined;
    const message = missing
      ? `Missing required field: ${path}. It must be ${wanted}.`
      : `Invalid type for ${path}: it must be ${wanted}, not ${kindOf(value)}.`;
    this.refuse(path, message, missing ? "missing_required_parameter" : "invalid_type");
  }
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** Results of decoding a conversation besides its contents. */
export class Gathered {
  readonly system: Part[] = [];
  readonly items: ConversationItem[] = [];
  readonly remoteMedia: RemoteMedia[] = [];
  readonly warnings = new Set<string>();
  /** A tool's name by the id of its call. */
  readonly callNames = new Map<string, string>();
  /** The source of the newest signature that came back. */
  signedBy: string | undefined;

  /** `signedThoughts`: the model wants its own thoughts back. */
  constructor(readonly fields: FieldReader, readonly signedThoughts = false) {}

  add(kind: "user" | "model", parts: readonly Part[]): void {
    if (parts.length > 0) this.items.push({ kind, parts });
  }

  /** For a model that takes no system instruction, or a request with nothing else: it becomes the first turn. */
  moveSystem(): void {
    const parts = this.system.splice(0);
    if (parts.length > 0) this.items.unshift({ kind: "user", parts });
  }
}
