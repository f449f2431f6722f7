// Written by `deno task gen`; do not edit.
import type { Manifest } from "fresh";
import * as $0 from "./routes/_404.tsx";
import * as $1 from "./routes/_app.tsx";
import * as $2 from "./routes/_error.tsx";
import * as $3 from "./routes/_middleware.ts";
import * as $4 from "./routes/dashboard/_layout.tsx";
import * as $5 from "./routes/dashboard/_middleware.ts";
import * as $6 from "./routes/dashboard/index.tsx";
import * as $7 from "./routes/dashboard/login.tsx";
import * as $8 from "./routes/dashboard/logout.ts";
import * as $9 from "./routes/dashboard/started.ts";
import * as $10 from "./routes/index.ts";
import * as $11 from "./islands/Overview.tsx";
import * as $12 from "./islands/Shell.tsx";
import * as $13 from "./islands/Toasts.tsx";

export const manifest: Manifest = {
  routes: {
    "_404.tsx": $0,
    "_app.tsx": $1,
    "_error.tsx": $2,
    "_middleware.ts": $3,
    "dashboard/_layout.tsx": $4,
    "dashboard/_middleware.ts": $5,
    "dashboard/index.tsx": $6,
    "dashboard/login.tsx": $7,
    "dashboard/logout.ts": $8,
    "dashboard/started.ts": $9,
    "index.ts": $10,
  },
  islands: {
    "Overview.tsx": $11,
    "Shell.tsx": $12,
    "Toasts.tsx": $13,
  },
};
