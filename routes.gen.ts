// Written by `deno task gen`; do not edit.
import type { Manifest } from "fresh";
import * as $0 from "./routes/_404.tsx";
import * as $1 from "./routes/_app.tsx";
import * as $2 from "./routes/_error.tsx";
import * as $3 from "./routes/_middleware.ts";
import * as $4 from "./routes/dashboard/_layout.tsx";
import * as $5 from "./routes/dashboard/_middleware.ts";
import * as $6 from "./routes/dashboard/index.tsx";
import * as $7 from "./routes/dashboard/keys.tsx";
import * as $8 from "./routes/dashboard/login.tsx";
import * as $9 from "./routes/dashboard/logout.ts";
import * as $10 from "./routes/dashboard/quotas.tsx";
import * as $11 from "./routes/dashboard/requests.tsx";
import * as $12 from "./routes/dashboard/started.ts";
import * as $13 from "./routes/index.ts";
import * as $14 from "./islands/Keys.tsx";
import * as $15 from "./islands/Overview.tsx";
import * as $16 from "./islands/Quotas.tsx";
import * as $17 from "./islands/Requests.tsx";
import * as $18 from "./islands/Shell.tsx";
import * as $19 from "./islands/Toasts.tsx";

export const manifest: Manifest = {
  routes: {
    "_404.tsx": $0,
    "_app.tsx": $1,
    "_error.tsx": $2,
    "_middleware.ts": $3,
    "dashboard/_layout.tsx": $4,
    "dashboard/_middleware.ts": $5,
    "dashboard/index.tsx": $6,
    "dashboard/keys.tsx": $7,
    "dashboard/login.tsx": $8,
    "dashboard/logout.ts": $9,
    "dashboard/quotas.tsx": $10,
    "dashboard/requests.tsx": $11,
    "dashboard/started.ts": $12,
    "index.ts": $13,
  },
  islands: {
    "Keys.tsx": $14,
    "Overview.tsx": $15,
    "Quotas.tsx": $16,
    "Requests.tsx": $17,
    "Shell.tsx": $18,
    "Toasts.tsx": $19,
  },
};
