import type { SchemaNode } from "./walk.ts";

export type Node = Record<string, unknown>;

/** What a conversion carries down. */
export interface ProtoContext {
  /** The schema that a reference names. */
  readonly resolve: (ref: unknown) => SchemaNode | undefined;
  /** References being inlined, to cut recursion. */
  readonly refs: readonly string[];
  readonly depth: number;
  /** Schemas that may still be converted inside references. */
  readonly budget: { left: number };
  readonly warn: (sentence: string) => void;
  /** Converts a schema below this one; passed down, as keywords and schemas contain each other. */
  readonly convert: (schema: SchemaNode, context: ProtoContext) => Node | undefined;
}
