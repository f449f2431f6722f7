import { define } from "./_define.ts";

export const handler = define.handlers({ GET: (context) => context.redirect("/dashboard") });
