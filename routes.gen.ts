// Written by `deno task gen`; do not edit.
import type { Manifest } from "fresh";
import * as $0 from "./routes/_404.tsx";
import * as $1 from "./routes/_app.tsx";
import * as $2 from "./routes/_error.tsx";
import * as $3 from "./routes/_middleware.ts";
import * as $4 from "./routes/dashboard/_layout.tsx";
import * as $5 from "./routes/dashboard/_middleware.ts";
import * as $6 from "./routes/dashboard/flow.tsx";
import * as $7 from "./routes/dashboard/index.tsx";
import * as $8 from "./routes/dashboard/keys.tsx";
import * as $9 from "./routes/dashboard/login.tsx";
import * as $10 from "./routes/dashboard/logout.ts";
import * as $11 from "./routes/dashboard/logs.tsx";
import * as $12 from "./routes/dashboard/mini.tsx";
import * as $13 from "./routes/dashboard/models.tsx";
import * as $14 from "./routes/dashboard/now.tsx";
import * as $15 from "./routes/dashboard/playground.tsx";
import * as $16 from "./routes/dashboard/problems.tsx";
import * as $17 from "./routes/dashboard/quotas.tsx";
import * as $18 from "./routes/dashboard/requests.tsx";
import * as $19 from "./routes/dashboard/settings.tsx";
import * as $20 from "./routes/dashboard/setup.tsx";
import * as $21 from "./routes/dashboard/started.ts";
import * as $22 from "./routes/dashboard/usage.tsx";
import * as $23 from "./routes/index.ts";
import * as $24 from "./islands/Flow.tsx";
import * as $25 from "./islands/Keys.tsx";
import * as $26 from "./islands/Logs.tsx";
import * as $27 from "./islands/Mini.tsx";
import * as $28 from "./islands/Models.tsx";
import * as $29 from "./islands/Now.tsx";
import * as $30 from "./islands/Overview.tsx";
import * as $31 from "./islands/Playground.tsx";
import * as $32 from "./islands/Problems.tsx";
import * as $33 from "./islands/Quotas.tsx";
import * as $34 from "./islands/Requests.tsx";
import * as $35 from "./islands/Settings.tsx";
import * as $36 from "./islands/Setup.tsx";
import * as $37 from "./islands/Shell.tsx";
import * as $38 from "./islands/Toasts.tsx";
import * as $39 from "./islands/Usage.tsx";
import * as $40 from "./islands/Verdict.tsx";

export const manifest: Manifest = {
  routes: {
    "_404.tsx": $0,
    "_app.tsx": $1,
    "_error.tsx": $2,
    "_middleware.ts": $3,
    "dashboard/_layout.tsx": $4,
    "dashboard/_middleware.ts": $5,
    "dashboard/flow.tsx": $6,
    "dashboard/index.tsx": $7,
    "dashboard/keys.tsx": $8,
    "dashboard/login.tsx": $9,
    "dashboard/logout.ts": $10,
    "dashboard/logs.tsx": $11,
    "dashboard/mini.tsx": $12,
    "dashboard/models.tsx": $13,
    "dashboard/now.tsx": $14,
    "dashboard/playground.tsx": $15,
    "dashboard/problems.tsx": $16,
    "dashboard/quotas.tsx": $17,
    "dashboard/requests.tsx": $18,
    "dashboard/settings.tsx": $19,
    "dashboard/setup.tsx": $20,
    "dashboard/started.ts": $21,
    "dashboard/usage.tsx": $22,
    "index.ts": $23,
  },
  islands: {
    "Flow.tsx": $24,
    "Keys.tsx": $25,
    "Logs.tsx": $26,
    "Mini.tsx": $27,
    "Models.tsx": $28,
    "Now.tsx": $29,
    "Overview.tsx": $30,
    "Playground.tsx": $31,
    "Problems.tsx": $32,
    "Quotas.tsx": $33,
    "Requests.tsx": $34,
    "Settings.tsx": $35,
    "Setup.tsx": $36,
    "Shell.tsx": $37,
    "Toasts.tsx": $38,
    "Usage.tsx": $39,
    "Verdict.tsx": $40,
  },
};
