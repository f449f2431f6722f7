// Written by `deno task gen`; do not edit.
export const islands = {
  "Overview.tsx": () => import("./islands/Overview.tsx"),
  "Shell.tsx": () => import("./islands/Shell.tsx"),
  "Toasts.tsx": () => import("./islands/Toasts.tsx"),
};
