import type { JsonObject } from "../../core/mod.ts";
import { foldTurn, type TurnEvent } from "../../gemini/mod.ts";
import type { EncodeInput } from "../contract.ts";
import { NO_FRAMES } from "./frame_writer.ts";
import { ResponseMachine } from "./response_machine.ts";
import { startedResponse } from "./response_object.ts";
import type { ResponsesContext } from "./responses_context.ts";

/** The whole response: what the last frame of the stream holds. */
export function encodeReply(events: readonly TurnEvent[], input: EncodeInput<ResponsesContext>): JsonObject {
  const machine = new ResponseMachine(NO_FRAMES, input);
  for (const event of foldTurn(events).events) machine.push(event);
  return machine.response ?? startedResponse(input);
}
