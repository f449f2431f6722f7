/**
 * The hub: Gemini's own wire types, the parser of its streams, the segmenter that turns chunks into `TurnEvent`s, their
 * fold, usage and finish arithmetic, JSON Schema conversion and the capability table. Pure: no clock, no chance, no I/O.
 *
 * @module
 */
export * from "./contents.ts";
export * from "./declarations.ts";
export * from "./event_filter.ts";
export * from "./finish.ts";
export * from "./fold.ts";
export * from "./grounding.ts";
export * from "./repair.ts";
export * from "./json_output.ts";
export * from "./media.ts";
export * from "./model_family.ts";
export * from "./output_options.ts";
export * from "./schema/mod.ts";
export * from "./segment.ts";
export * from "./signature_carrier.ts";
export * from "./sse.ts";
export * from "./thinking.ts";
export * from "./tools.ts";
export * from "./turn_event.ts";
export * from "./turn_memory.ts";
export * from "./usage.ts";
export * from "./wire.ts";
