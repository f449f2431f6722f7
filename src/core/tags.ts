import { hasControlCharacter } from "./control_character.ts";

/** A credential has at most so many tags, each at most so long. */
export const MOST_TAGS = 20;
export const TAG_LENGTH = 50;

/** True for a word that may be a tag: lists of tags are written with commas, and control characters do not show. */
export function isTag(text: string): boolean {
  return text !== "" && text.length <= TAG_LENGTH && !text.includes(",") && !hasControlCharacter(text);
}

/** Tags without spaces around them and without repetitions in another case: the first spelling stays. */
export function tidyTags(tags: readonly string[]): readonly string[] {
  const known = new Map<string, string>();
  for (const tag of tags.map((one) => one.trim())) {
    const name = tag.toLowerCase();
    if (tag !== "" && !known.has(name)) known.set(name, tag);
  }
  return [...known.values()];
}
