import { define } from "../_define.ts";

/** Start time of this process, so that the development server knows that a restarted one answers. */
export const handler = define.handlers({ GET: ({ state }) => new Response(String(state.startedAt)) });
