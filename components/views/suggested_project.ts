import type { KeyRow, SuggestionRow } from "../data/views.ts";

/** One suggestion's name, the same in whatever order its keys come. */
export function suggestionId({ credentials }: SuggestionRow): string {
  return credentials.toSorted().join("+");
}

type Named = Pick<KeyRow, "project">;

/** The project that one of the keys already has, else the first free `project-N`. */
export function projectNameFor(members: readonly Named[], keys: readonly Named[]): string {
  const told = members.map((key) => key.project).find((project) => project !== "");
  if (told !== undefined) return told;
  const taken = new Set(keys.map((key) => key.project));
  let number = 1;
  while (taken.has(`project-${number}`)) number++;
  return `project-${number}`;
}
