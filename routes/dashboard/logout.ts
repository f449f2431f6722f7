import { define } from "../_define.ts";

export const handler = define.handlers({
  POST: ({ req, state }) =>
    new Response(null, {
      status: 303,
      headers: { location: "/dashboard/login", "set-cookie": state.sessions.logout(req) },
    }),
});
