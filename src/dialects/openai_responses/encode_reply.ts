import type { JsonObject } from "../../core/mod.ts";
import { foldTurn, type TurnEvent } from "../../gemini/mod.ts";
import type { EncodeInput, StreamEncoder } from "../contract.ts";
import { FrameWriter, NO_FRAMES } from "./response_items.ts";
import { ResponseMachine } from "./response_machine.ts";
import { startedResponse } from "./response_object.ts";
import type { ResponsesContext } from "./responses_context.ts";

/** The whole response: what the last frame of the stream holds. */
export function encodeReply(events: readonly TurnEvent[], input: EncodeInput<ResponsesContext>): JsonObject {
  const machine = new ResponseMachine(NO_FRAMES, input);
  for (const event of foldTurn(events).events) machine.push(event);
  return machine.response ?? startedResponse(input);
}

/** The event stream of Responses, every frame numbered from 0. */
export function encodeStream(input: EncodeInput<ResponsesContext>): StreamEncoder {
  const writer = new FrameWriter();
  const machine = new ResponseMachine(writer, input);
  return {
    push(event) {
      machine.push(event);
      return writer.take();
    },
    fail(failure) {
      machine.fail(failure);
      return writer.take();
    },
    heartbeat: () => ": ping\n\n",
  };
}
