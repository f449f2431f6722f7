import { type CallRecord, isObject, type JsonObject, matchesGlob, type Usage } from "../core/mod.ts";
import table from "../../data/prices.json" with { type: "json" };

/** US dollars for a million tokens. */
export interface Price {
  readonly input: number;
  readonly cached: number;
  /** Thinking counts as output. */
  readonly output: number;
  /** Applies instead to prompts longer than `above` tokens. */
  readonly long?: {
    readonly above: number;
    readonly input: number;
    readonly cached: number;
    readonly output: number;
  };
}

/** A price and what it rests on. */
export interface KnownPrice extends Price {
  readonly origin: "shipped" | "own";
  /** `YYYY-MM-DD`; null for the user's own. */
  readonly asOf: string | null;
  readonly verified: boolean;
}

/** Prices by model name; a name ending in `*` stands for all that begin so. The longest match counts. */
export class PriceTable {
  #overrides: Readonly<Record<string, Price>> = {};
  readonly #cache = new Map<string, Price | undefined>();

  /** Day that the shipped prices are of, `YYYY-MM-DD`. */
  readonly date: string = table.date;
  /** Where the shipped prices stand in public, and whether they were checked against it. */
  readonly source: string = table.source;
  readonly verified: boolean = table.verified;
  readonly note: string = table.note;

  /** Takes over the user's own prices; entries that are not prices are left out. */
  override(record: JsonObject | undefined): void {
    const entries = Object.entries(record ?? {}).filter((entry): entry is [string, JsonObject & Price] =>
      isPrice(entry[1])
    );
    this.#overrides = Object.fromEntries(entries);
    this.#cache.clear();
  }

  all(): Readonly<Record<string, Price>> {
    return { ...SHIPPED, ...this.#overrides };
  }

  /** Every price with where it is from: the user's own, or the shipped table as of its date. */
  known(): Readonly<Record<string, KnownPrice>> {
    const shipped = { origin: "shipped", asOf: this.date, verified: this.verified } as const;
    const own = { origin: "own", asOf: null, verified: true } as const;
    return Object.fromEntries(
      Object.entries(this.all()).map(([name, price]) => [name, {
        ...price,
        ...(name in this.#overrides ? own : shipped),
      }]),
    );
  }

  priceOf(model: string): Price | undefined {
    if (this.#cache.has(model)) return this.#cache.get(model);
    const price = longestMatch(this.#overrides, model) ?? longestMatch(SHIPPED, model);
    if (this.#cache.size < 1_000) this.#cache.set(model, price);
    return price;
  }

  /** Millionths of a dollar, rounded; 0 for a model without a price. */
  costOf(usage: Usage, model: string): number {
    const price = this.priceOf(model);
    if (price === undefined) return 0;
    const rate = price.long !== undefined && usage.promptTokens > price.long.above ? price.long : price;
    const fresh = Math.max(0, usage.promptTokens - usage.cachedTokens) + usage.toolUseTokens;
    const output = usage.candidatesTokens + usage.thoughtsTokens;
    return Math.round(fresh * rate.input + usage.cachedTokens * rate.cached + output * rate.output);
  }

  costOfCall(record: CallRecord): number {
    if (record.usage === undefined) return 0;
    return this.costOf(record.usage, record.modelUsed ?? record.modelAsked);
  }
}

const SHIPPED: Readonly<Record<string, Price>> = table.models;

function longestMatch(prices: Readonly<Record<string, Price>>, model: string): Price | undefined {
  let best: [number, Price] | undefined;
  for (const [pattern, price] of Object.entries(prices)) {
    if (matchesGlob(pattern, model) && (best === undefined || pattern.length > best[0])) {
      best = [pattern.length, price];
    }
  }
  return best?.[1];
}

function isPrice(value: unknown): boolean {
  return isObject(value) && ["input", "cached", "output"].every((field) => {
    const number = value[field];
    return typeof number === "number" && number >= 0;
  });
}
