// Written by `deno task gen`; do not edit.
export const islands = {
  "Flow.tsx": () => import("./islands/Flow.tsx"),
  "Keys.tsx": () => import("./islands/Keys.tsx"),
  "Logs.tsx": () => import("./islands/Logs.tsx"),
  "Models.tsx": () => import("./islands/Models.tsx"),
  "Now.tsx": () => import("./islands/Now.tsx"),
  "Overview.tsx": () => import("./islands/Overview.tsx"),
  "Playground.tsx": () => import("./islands/Playground.tsx"),
  "Problems.tsx": () => import("./islands/Problems.tsx"),
  "Quotas.tsx": () => import("./islands/Quotas.tsx"),
  "Requests.tsx": () => import("./islands/Requests.tsx"),
  "Settings.tsx": () => import("./islands/Settings.tsx"),
  "Setup.tsx": () => import("./islands/Setup.tsx"),
  "Shell.tsx": () => import("./islands/Shell.tsx"),
  "Toasts.tsx": () => import("./islands/Toasts.tsx"),
  "Usage.tsx": () => import("./islands/Usage.tsx"),
  "Verdict.tsx": () => import("./islands/Verdict.tsx"),
};
