// Written by `deno task gen`; do not edit.
export const islands = {
  "Keys.tsx": () => import("./islands/Keys.tsx"),
  "Overview.tsx": () => import("./islands/Overview.tsx"),
  "Quotas.tsx": () => import("./islands/Quotas.tsx"),
  "Requests.tsx": () => import("./islands/Requests.tsx"),
  "Shell.tsx": () => import("./islands/Shell.tsx"),
  "Toasts.tsx": () => import("./islands/Toasts.tsx"),
};
