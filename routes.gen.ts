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
import * as $12 from "./routes/dashboard/models.tsx";
import * as $13 from "./routes/dashboard/now.tsx";
import * as $14 from "./routes/dashboard/playground.tsx";
import * as $15 from "./routes/dashboard/quotas.tsx";
import * as $16 from "./routes/dashboard/requests.tsx";
import * as $17 from "./routes/dashboard/settings.tsx";
import * as $18 from "./routes/dashboard/setup.tsx";
import * as $19 from "./routes/dashboard/started.ts";
import * as $20 from "./routes/index.ts";
import * as $21 from "./islands/Flow.tsx";
import * as $22 from "./islands/Keys.tsx";
import * as $23 from "./islands/Logs.tsx";
import * as $24 from "./islands/Models.tsx";
import * as $25 from "./islands/Now.tsx";
import * as $26 from "./islands/Overview.tsx";
import * as $27 from "./islands/Playground.tsx";
import * as $28 from "./islands/Quotas.tsx";
import * as $29 from "./islands/Requests.tsx";
import * as $30 from "./islands/Settings.tsx";
import * as $31 from "./islands/Setup.tsx";
import * as $32 from "./islands/Shell.tsx";
import * as $33 from "./islands/Toasts.tsx";
import * as $34 from "./islands/Verdict.tsx";

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
    "dashboard/models.tsx": $12,
    "dashboard/now.tsx": $13,
    "dashboard/playground.tsx": $14,
    "dashboard/quotas.tsx": $15,
    "dashboard/requests.tsx": $16,
    "dashboard/settings.tsx": $17,
    "dashboard/setup.tsx": $18,
    "dashboard/started.ts": $19,
    "index.ts": $20,
  },
  islands: {
    "Flow.tsx": $21,
    "Keys.tsx": $22,
    "Logs.tsx": $23,
    "Models.tsx": $24,
    "Now.tsx": $25,
    "Overview.tsx": $26,
    "Playground.tsx": $27,
    "Quotas.tsx": $28,
    "Requests.tsx": $29,
    "Settings.tsx": $30,
    "Setup.tsx": $31,
    "Shell.tsx": $32,
    "Toasts.tsx": $33,
    "Verdict.tsx": $34,
  },
};
