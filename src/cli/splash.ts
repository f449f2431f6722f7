import type { Style } from "./style.ts";

/** The small picture that a start in a terminal shows. */
export function splash(version: string, style: Style): readonly string[] {
  return [
    "",
    `   ${style.cyan("◆")} ${style.bold("GemiNitro")} ${style.dim(version)}`,
    `   ${style.dim("many keys, one calm pool")}`,
    "",
  ];
}
