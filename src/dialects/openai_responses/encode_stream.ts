import type { EncodeInput, StreamEncoder } from "../contract.ts";
import { FrameWriter } from "./frame_writer.ts";
import { ResponseMachine } from "./response_machine.ts";
import type { ResponsesContext } from "./responses_context.ts";

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
