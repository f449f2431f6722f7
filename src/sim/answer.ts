import type { JsonObject } from "../core/mod.ts";
import {
  type Emission,
  emit,
  errorText,
  frameEvents,
  type Piece,
  piecesOf,
  pretty,
  type StreamForm,
} from "./emission.ts";
import type { Rejection } from "./errors.ts";
import { errorOfStatus, spoilEmission } from "./fault_reply.ts";
import { type Fault, struckBy } from "./faults.ts";
import { asNumber, asObject } from "./json_read.ts";
import type { OpenEntry } from "./request_log.ts";
import type { SimState } from "./state.ts";

const JSON_TYPE = "application/json; charset=UTF-8";
const HEADERS = {
  server: "scaffolding on HTTPServer2",
  vary: "Origin, X-Origin, Referer",
  "x-frame-options": "SAMEORIGIN",
};

/** How one call is answered on the wire. */
export interface Wire {
  readonly state: SimState;
  readonly entry: OpenEntry;
  readonly signal: AbortSignal;
  readonly faults: readonly Fault[];
  /** Undefined for methods that do not stream. */
  readonly form: StreamForm | undefined;
}

/** Sends pieces under a head and writes both into the log. */
function send(
  wire: Wire,
  status: number,
  contentType: string,
  emission: Emission,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const { state, entry, signal } = wire;
  entry.status = status;
  const body = emit(emission, state.clock, signal, (ending) => {
    entry.ending = ending;
    entry.endedAt = state.clock.now();
  }, state.abortEnds);
  return new Response(body, { status, headers: { ...HEADERS, "content-type": contentType, ...headers } });
}

/** A whole JSON body. */
export function sendJson(wire: Wire, body: JsonObject, headers?: Readonly<Record<string, string>>): Response {
  return send(wire, 200, JSON_TYPE, spoilEmission([pretty(body)], wire.faults), headers);
}

/** Google's refusal: event streams get it as a plain object under the stream's content type, arrays as an array. */
export function sendRejection(wire: Wire, rejection: Rejection): Response {
  const type = wire.form === "sse" ? "text/event-stream" : JSON_TYPE;
  const text = errorText(rejection.error, wire.form === "array");
  return send(wire, rejection.status, type, { pieces: piecesOf([text]), end: "close" });
}

/** The events of a stream, at the speed that was asked for. */
export function sendEvents(
  wire: Wire,
  events: readonly JsonObject[],
  headers?: Readonly<Record<string, string>>,
): Response {
  const form = wire.form ?? "sse";
  const newline = struckBy(wire.faults, "framing")?.newline ?? "crlf";
  const emission = spoilEmission(frameEvents(events, form, newline), wire.faults);
  const speed = wire.state.options.tokensPerSecond;
  const paced = speed === undefined
    ? emission
    : { ...emission, pieces: pace(emission.pieces, events, speed) };
  return send(wire, 200, form === "sse" ? "text/event-stream" : JSON_TYPE, paced, headers);
}

function pace(pieces: readonly Piece[], events: readonly JsonObject[], speed: number): readonly Piece[] {
  let before = 0;
  return pieces.map((piece, index) => {
    const usage = asObject(events[index]?.["usageMetadata"]);
    const spoken = (asNumber(usage?.["candidatesTokenCount"]) ?? 0) +
      (asNumber(usage?.["thoughtsTokenCount"]) ?? 0);
    const fresh = Math.max(0, spoken - before);
    before = Math.max(before, spoken);
    return { ...piece, waitMs: piece.waitMs + Math.round((fresh / speed) * 1000) };
  });
}

/** The answer of a fault that replaces the whole reply, if one struck. */
export function sendFault(wire: Wire): Response | undefined {
  const status = struckBy(wire.faults, "status");
  if (status) {
    if (typeof status.body === "string") {
      const type = status.contentType ?? "text/html; charset=UTF-8";
      return send(
        wire,
        status.status,
        type,
        { pieces: piecesOf([status.body]), end: "close" },
        status.headers,
      );
    }
    const error = status.body ?? errorOfStatus(status.status).error;
    const type = status.contentType ?? (wire.form === "sse" ? "text/event-stream" : JSON_TYPE);
    const text = errorText(error, wire.form === "array");
    return send(wire, status.status, type, { pieces: piecesOf([text]), end: "close" }, status.headers);
  }
  const replay = struckBy(wire.faults, "replay");
  if (!replay) return undefined;
  const texts = typeof replay.body === "string" ? [replay.body] : replay.body;
  const type = replay.contentType ?? (wire.form === "sse" ? "text/event-stream" : JSON_TYPE);
  return send(wire, replay.status ?? 200, type, spoilEmission(texts, wire.faults));
}
