import { type AST, RegExpParser } from "@eslint-community/regexpp";
import { analyse } from "scslre";

/**
 * Returns why a pattern may take more than linear time; undefined if it cannot. Two checks: the library's, for attacks
 * that repeat one character, and whether a beginning can occur again and again inside what the pattern runs over from
 * there.
 */
export function superLinear(pattern: string, flags: string): string | undefined {
  const ast = new RegExpParser().parseLiteral(`/${pattern || "(?:)"}/${flags}`);
  const { reports } = analyse({ pattern: ast.pattern, flags: ast.flags }, {
    reportTypes: { Move: !flags.includes("y"), Self: true, Trade: true },
  });
  if (reports.length > 0) return `a repeated ${JSON.stringify(reports[0]!.character.pick.toString())}`;
  if (flags.includes("y")) return undefined;
  const repeated = ast.pattern.alternatives.map((one) => overlap(one, ast.flags)).find((found) =>
    found !== undefined
  );
  return repeated === undefined ? undefined : `its beginning, repeated inside ${repeated}`;
}

/** The first endless quantifier that can run over its own alternative's beginning, and may fail behind it. */
function overlap(alternative: AST.Alternative, flags: AST.Flags): string | undefined {
  const { elements } = flat(alternative);
  const anchored = elements[0]?.type === "Assertion" && elements[0].kind === "start";
  if (anchored && !flags.multiline) return undefined;
  for (const [index, element] of elements.entries()) {
    if (element.type !== "Quantifier" || element.max !== Infinity || index === 0) continue;
    if (!elements.slice(index + 1).some(mayFail)) continue;
    const inside = characters(element.element, flags);
    if (anchored && !inside.has("\n")) continue;
    const before = elements.slice(0, index).filter((one) => one.type !== "Assertion" && mayFail(one));
    if (before.length > 0 && before.every((one) => meets(one, inside, flags))) return element.raw;
  }
  return undefined;
}

/** The elements in a row, those of plain groups among them. */
function flat(alternative: AST.Alternative): { readonly elements: readonly AST.Element[] } {
  return {
    elements: alternative.elements.flatMap((element) =>
      (element.type === "Group" || element.type === "CapturingGroup") && element.alternatives.length === 1
        ? flat(element.alternatives[0]!).elements
        : [element]
    ),
  };
}

function mayFail(element: AST.Element): boolean {
  return element.type !== "Quantifier" || element.min > 0;
}

/** True when the element can be read out of the characters. */
function meets(element: AST.Element, inside: ReadonlySet<string>, flags: AST.Flags): boolean {
  if (element.type === "Group" || element.type === "CapturingGroup") {
    return element.alternatives.some((one) =>
      flat(one).elements.filter((part) => part.type !== "Assertion" && mayFail(part)).every((part) =>
        meets(part, inside, flags)
      )
    );
  }
  return !characters(element, flags).isDisjointFrom(inside);
}

/** A sample of every kind of character. */
const SAMPLE = [...Array(128).keys()].map((code) => String.fromCharCode(code)).concat("é", "中", "\u2028");

function characters(node: AST.Element, flags: AST.Flags): Set<string> {
  switch (node.type) {
    case "Character":
    case "CharacterClass":
    case "CharacterSet":
    case "ExpressionCharacterClass": {
      const one = new RegExp(`^(?:${node.raw})$`, flags.raw.replace(/[gymd]/g, ""));
      return new Set(SAMPLE.filter((character) => one.test(character)));
    }
    case "Quantifier":
      return characters(node.element, flags);
    case "Group":
    case "CapturingGroup":
      return new Set(
        node.alternatives.flatMap((one) => one.elements.flatMap((part) => [...characters(part, flags)])),
      );
    case "Backreference":
      return new Set(SAMPLE);
    case "Assertion":
      return new Set();
  }
}
