/**
 * The hub: Gemini's own wire types, the parser of its streams, the segmenter that turns chunks into `TurnEvent`s, their
 * fold, usage and finish arithmetic, JSON Schema conversion and the capability table. Pure: no clock, no chance, no I/O.
 *
 * @module
 */
export * from "./capabilities.ts";
export * from "./finish.ts";
export * from "./fold.ts";
export * from "./grounding.ts";
export * from "./model_family.ts";
export * from "./segment.ts";
export * from "./signature_carrier.ts";
export * from "./sse.ts";
export * from "./thinking.ts";
export * from "./turn_event.ts";
export * from "./usage.ts";
export * from "./wire.ts";
