import { redact } from "../core/mod.ts";

const LONGEST = 300;

/** Google's names for a caller: `api_key:...`, `project_number:...`, `projects/...`, `?project=...`, `in project ...`. */
const CALLER_REGEXP = /(api_key:|project_number:|projects\/|[?&]project=|\bin project )[^\s'"`,;&)\]]+/gi;
const MARKUP_REGEXP = /<[^<>]*>/g;
// deno-lint-ignore no-control-regex
const CONTROL_REGEXP = /[\u0000-\u001f\u007f]+/g;

/** One line of Google's words without keys, project names, markup and web links that name a project; at most 300 characters. */
export function safeText(words: string): string {
  const clean = redact(words.replace(CALLER_REGEXP, "$1[redacted]"))
    .replace(MARKUP_REGEXP, " ")
    .replace(CONTROL_REGEXP, " ")
    .replace(/ {2,}/g, " ")
    .trim();
  return clean.length <= LONGEST ? clean : clean.slice(0, LONGEST - 3) + "...";
}
