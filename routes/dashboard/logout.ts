import { define } from "../_define.ts";

export const handler = define.handlers({
  POST: async ({ req, state }) =>
    new Response(null, {
      status: 303,
      headers: { location: "/dashboard/login", "set-cookie": await state.sessions.logout(req) },
    }),
});
