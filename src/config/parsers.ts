import { trimEndOf } from "../core/mod.ts";
/** Parsers of setting texts: each gives a value, or undefined when the text is not one. */

/** A whole number between `least` and `most`. */
export const wholeNumber =
  (least: number, most = Number.MAX_SAFE_INTEGER) => (text: string): number | undefined => {
    if (!/^\d+$/.test(text)) return undefined;
    const value = Number(text);
    return value >= least && value <= most ? value : undefined;
  };

/** A decimal number between `least` and `most`. */
export const decimal = (least: number, most: number) => (text: string): number | undefined => {
  if (!/^(?:\d+(?:\.\d*)?|\.\d+)$/.test(text)) return undefined;
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
};

/** The longest delay a timer takes, in milliseconds (2^31 - 1, about 24.8 days). */
const LONGEST_DELAY = 2_147_483_647;

export const milliseconds = wholeNumber(0, LONGEST_DELAY);

export function flag(text: string): boolean | undefined {
  switch (text.toLowerCase()) {
    case "true":
    case "1":
    case "yes":
    case "on":
      return true;
    case "false":
    case "0":
    case "no":
    case "off":
      return false;
    default:
      return undefined;
  }
}

export const oneOf = <Word extends string>(...words: readonly Word[]) => (text: string): Word | undefined =>
  words.find((word) => word === text.toLowerCase());

/** Items separated by commas or new lines; empty ones and repetitions are left out. */
export function list(text: string): readonly string[] {
  return [...new Set(text.split(/[,\n\r]+/).map((item) => item.trim()).filter((item) => item !== ""))];
}

/** A list of words of a closed set, at least one. */
export const listOf =
  <Word extends string>(words: readonly Word[]) => (text: string): readonly Word[] | undefined => {
    const items = list(text).map((item) =>
      words.find((word) => word === item.toLowerCase().replaceAll("-", "_"))
    );
    const known = items.filter((item) => item !== undefined);
    return known.length > 0 && known.length === items.length ? [...new Set(known)] : undefined;
  };

/** An http or https URL, without a slash at its end. */
export function url(text: string): string | undefined {
  const parsed = URL.parse(text);
  return parsed !== null && /^https?:$/.test(parsed.protocol) && parsed.hostname !== ""
    ? trimEndOf(text, "/")
    : undefined;
}

/** An address as `url` takes it, or the word off. */
export function urlOrOff(text: string): string | undefined {
  return text.toLowerCase() === "off" ? "off" : url(text);
}

export function urls(text: string): readonly string[] | undefined {
  const items = list(text).map(url);
  const good = items.filter((item) => item !== undefined);
  return good.length > 0 && good.length === items.length ? good : undefined;
}

/** Origins and patterns of origins; one that is too permissive makes the whole list invalid. */
export function origins(text: string): readonly string[] | undefined {
  const items = list(text).map(originPattern);
  const good = items.filter((item) => item !== undefined);
  return good.length === items.length ? good : undefined;
}

/**
 * An origin or a pattern of origins as CORS_ORIGINS takes it, in lower case; undefined for one that is too
 * permissive.
 */
function originPattern(text: string): string | undefined {
  const pattern = text.toLowerCase().replace(/\/$/, "");
  const parts = /^([a-z][a-z0-9+.-]*):\/\/([^/?#\s]*)$/.exec(pattern);
  if (parts === null) return undefined;
  const [, scheme, host = ""] = parts;
  if (host === "" || (host.match(/\*/g)?.length ?? 0) > 1) return undefined;
  const web = scheme === "http" || scheme === "https";
  if (!host.includes("*")) return pattern;
  if (/^[^*]+:\*$/.test(host)) return pattern;
  return web
    ? (/^\*(?:\.[a-z0-9-]+){2,}(?::\d+)?$/.test(host) ? pattern : undefined)
    : (host === "*" ? pattern : undefined);
}

/** Addresses of a reverse proxy: http(s), optionally with a path. */
export function publicUrls(text: string): readonly string[] | undefined {
  const items = list(text).map((one) => {
    const parsed = URL.parse(one);
    const plain = parsed !== null && /^https?:$/.test(parsed.protocol) && parsed.hostname !== "" &&
      parsed.username === "" && parsed.password === "" && parsed.search === "" && parsed.hash === "" &&
      !one.includes("*");
    return plain ? parsed.origin + trimEndOf(parsed.pathname, "/") : undefined;
  });
  const good = items.filter((item) => item !== undefined);
  return good.length === items.length ? good : undefined;
}

const NETWORK_WORDS: Readonly<Record<string, readonly string[]>> = {
  loopback: ["127.0.0.0/8", "::1"],
  private: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
};

/** IP addresses and networks, the names of usual ones replaced by their addresses. */
export function networks(text: string): readonly string[] | undefined {
  const items = list(text).flatMap((one): readonly (string | undefined)[] =>
    NETWORK_WORDS[one.toLowerCase()] ?? [network(one)]
  );
  const good = items.filter((item) => item !== undefined);
  return good.length === items.length ? good : undefined;
}

function network(text: string): string | undefined {
  const [, address = "", bits] = /^([\da-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const size = address.includes(":") ? 128 : 32;
  const host = size === 128 ? `[${address}]` : address;
  // The URL parser accepts every notation of an address; only the canonical one is accepted here.
  const known = address !== "" && URL.canParse(`http://${host}/`) &&
    (size === 128 || /^(\d{1,3}\.){3}\d{1,3}$/.test(address));
  return known && (bits === undefined || Number(bits) <= size) ? text : undefined;
}

/** Printable ASCII without spaces: what can be in a request header. */
export function token(text: string): string | undefined {
  return /^[\x21-\x7e]{1,512}$/.test(text) ? text : undefined;
}

export const anyText = (text: string): string => text;

/** `name:factor` pairs; names not given keep their default. */
export const factors = <Name extends string>(defaults: Readonly<Record<Name, number>>) => (text: string) => {
  const result: Record<Name, number> = { ...defaults };
  for (const pair of list(text)) {
    const [name = "", factor = ""] = pair.split(":").map((part) => part.trim());
    const value = decimal(0, 1000)(factor);
    if (!isName(name, defaults) || value === undefined) return undefined;
    result[name] = value;
  }
  return result;
};

function isName<Name extends string>(name: string, names: Readonly<Record<Name, number>>): name is Name {
  return Object.hasOwn(names, name);
}
