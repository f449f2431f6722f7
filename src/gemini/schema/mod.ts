/** Converts JSON Schema for Gemini: as JSON Schema where the model takes it, else to Gemini's own type. */
export {
  type ConvertedSchema,
  MAX_ITEMS_BUDGET,
  maxConvertedSize,
  maxItemsTotal,
  toJsonSchemaSink,
} from "./json_sink.ts";
export { toProtoSchema } from "./proto.ts";
export { mapSchemas, type SchemaNode } from "./walk.ts";
