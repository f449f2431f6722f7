/** JSON Schema on its way to Gemini: raw where the model takes it, converted where it does not. */
export {
  type ConvertedSchema,
  MAX_ITEMS_BUDGET,
  maxConvertedSize,
  maxItemsTotal,
  toJsonSchemaSink,
} from "./json_sink.ts";
export { toProtoSchema } from "./proto.ts";
export { mapSchemas, type SchemaNode } from "./walk.ts";
