/**
 * The vocabulary that every module shares: identifiers, failures, credentials, call records, results and the
 * ports for time, chance and fetch. Holds no behaviour beyond making and hiding values, does no I/O and imports
 * no other module.
 *
 * @module
 */
export * from "./bound.ts";
export * from "./call_record.ts";
export * from "./coalesced.ts";
export { type ConnectionLine, connectionLines } from "./connection.ts";
export * from "./credential.ts";
export { type DialectName, dialectSegments } from "./dialect.ts";
export * from "./failure.ts";
export * from "./foreign_json.ts";
export { JsonWatch } from "./json_watch.ts";
export { byteText, GatheredBytes, joinBytes } from "./gathered_bytes.ts";
export * from "./glob.ts";
export { hasControlCharacter } from "./control_character.ts";
export { FIRST_RUN } from "./first_run.ts";
export * from "./ids.ts";
export { noteGarbage, whenWorthCollecting } from "./garbage.ts";
export * from "./pacific.ts";
export { editDistance } from "./edit_distance.ts";
export * from "./ports.ts";
export * from "./unreachable.ts";
export * from "./result.ts";
export * from "./secret.ts";
export * from "./source.ts";
export * from "./tags.ts";
export { sha256 } from "./sha256.ts";
export * from "./trim.ts";
export * from "./until_text.ts";
