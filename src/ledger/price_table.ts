import { type CallRecord, isObject, type JsonObject, matchesGlob, type Usage } from "../core/mod.ts";
import table from "../../data/prices.json" with { type: "json" };

/** Prices of one modality that differ from those of text. */
export interface ModalityPrice {
  readonly input?: number;
  readonly cached?: number;
  readonly output?: number;
}

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
  /** By Google's names: AUDIO, IMAGE, VIDEO. */
  readonly modalities?: Readonly<Record<string, ModalityPrice>>;
}

/** A price and its origin. */
export interface KnownPrice extends Price {
  readonly origin: "shipped" | "own";
  /** `YYYY-MM-DD`; null for the user's own. */
  readonly asOf: string | null;
  readonly verified: boolean;
}

/** Prices by model name; a name ending in `*` matches all with that beginning. The longest match counts. */
export class PriceTable {
  #overrides: Readonly<Record<string, Price>> = {};
  readonly #cache = new Map<string, Price | undefined>();

  /** Day that the shipped prices are of, `YYYY-MM-DD`. */
  readonly date: string = table.date;
  /** Public address of the shipped prices, and whether they were checked against it. */
  readonly source: string = table.source;
  readonly verified: boolean = table.verified;
  readonly note: string = table.note;

  /** Sets the user's own prices; entries that are not prices are left out. */
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

  /** Every price with its origin: the user's own, or the shipped table as of its date. */
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

  /** Millionths of a dollar, rounded; null for a model without a known price. */
  costOf(usage: Usage, model: string): number | null {
    const price = this.priceOf(model);
    if (price === undefined) return null;
    const rate = price.long !== undefined && usage.promptTokens > price.long.above ? price.long : price;
    const { modalities = {} } = price;
    const { promptTokens, cachedTokens, promptDetails, candidatesDetails } = usage;
    // Google names the modalities of the whole prompt; the cached part is assumed to be the same share of each.
    const cachedShare = promptTokens > 0 ? Math.min(1, cachedTokens / promptTokens) : 0;
    let cost = (promptTokens * (1 - cachedShare) + usage.toolUseTokens) * rate.input +
      cachedTokens * rate.cached + (usage.candidatesTokens + usage.thoughtsTokens) * rate.output;
    for (const [name, special] of Object.entries(modalities)) {
      const sent = Math.min(promptDetails?.[name] ?? 0, promptTokens);
      const made = Math.min(candidatesDetails?.[name] ?? 0, usage.candidatesTokens);
      cost += sent * (1 - cachedShare) * ((special.input ?? rate.input) - rate.input);
      cost += sent * cachedShare * ((special.cached ?? rate.cached) - rate.cached);
      cost += made * ((special.output ?? rate.output) - rate.output);
    }
    return Math.round(cost * (TIERS[usage.serviceTier?.toLowerCase() ?? ""] ?? 1));
  }

  /** The cost of a call; 0 for one that used nothing, null where its model's price is not known. */
  costOfCall(record: CallRecord): number | null {
    if (record.usage === undefined || record.usage.totalTokens === 0) return 0;
    return this.costOf(record.usage, record.modelUsed ?? record.modelAsked);
  }
}

const SHIPPED: Readonly<Record<string, Price>> = table.models;
/** Prices of service tiers as a share of the standard one. */
const TIERS: Readonly<Record<string, number>> = table.tiers;

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
