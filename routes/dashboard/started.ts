import { define } from "../_define.ts";

/** When this process began, so that the development server knows that a restarted one answers. */
export const handler = define.handlers({ GET: ({ state }) => new Response(String(state.startedAt)) });
