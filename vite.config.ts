import prefresh from "@prefresh/vite";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig, type Plugin, type PluginOption } from "vite";
import { generate } from "./src/fresh/gen.ts";

const BACKEND = `http://127.0.0.1:${Deno.env.get("PORT") ?? 7536}`;

/** Resolves when the server answers with another start time than `before`; gives up after five seconds. */
async function restarted(before: string): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const now = await startedAt();
    if (now !== "" && now !== before) return true;
  }
  return false;
}

function startedAt(): Promise<string> {
  return fetch(`${BACKEND}/dashboard/started`).then((response) => response.text(), () => "");
}

/** Reloads the page when a file that only the server runs has changed, as soon as the restarted server answers. */
function reloadPages(): Plugin {
  return {
    name: "reload-pages",
    apply: "serve",
    configureServer(server) {
      const onChange = (file: string) => {
        if (/\/(routes|islands)\/.+\.tsx?$/.test(file)) void generate({ check: false });
      };
      server.watcher.on("add", onChange).on("unlink", onChange);
    },
    async hotUpdate({ file, modules }) {
      const inBrowser = modules.some((module) => module.type === "js");
      if (this.environment.name !== "client" || !/\.tsx?$/.test(file) || inBrowser) return;
      if (await restarted(await startedAt())) this.environment.hot.send({ type: "full-reload" });
    },
  };
}

/** Vite's helper of dynamic imports preloads what a part needs, by names that pages give already: here it only imports. */
function plainImports(): Plugin {
  return {
    name: "plain-imports",
    apply: "build",
    enforce: "pre",
    load: (id) =>
      id === "\0vite/preload-helper.js" ? "export const __vitePreload = (load) => load();" : undefined,
  };
}

/** Parts that every page uses. */
const BASE_REGEXP =
  /components\/shared\/(attention\/.*|calls\/read_calls|connection\/(connection_fold|words)|format|given|keys\/worst_keys|live\/(browser_api|live_events|now|overview|resource|toast_corner|toasts)|models\/standing|shell\/verdict|ui\/(card|figure|icon|meter|status_chip)|words)\.tsx?$/;

export default defineConfig({
  plugins: [prefresh() as PluginOption, tailwindcss(), reloadPages(), plainImports()],
  publicDir: "static",
  appType: "custom",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  resolve: {
    alias: { "fresh/runtime": new URL("./src/fresh/runtime.ts", import.meta.url).pathname },
    dedupe: ["preact"],
  },
  optimizeDeps: {
    entries: ["client.ts"],
    include: [
      "preact",
      "preact/hooks",
      "preact/jsx-runtime",
      "preact/jsx-dev-runtime",
      "@preact/signals",
      "devalue",
    ],
  },
  server: {
    port: 5173,
    strictPort: true,
    host: "127.0.0.1",
    watch: { ignored: ["**/_fresh/**", "**/tests/**", "**/*.gen.ts"] },
    // The browser talks to Vite alone, which hands every page and API call on: one origin, so the CSP holds.
    proxy: { "^/(?!@|node_modules/|.*[.](tsx?|css)($|[?]))": BACKEND },
  },
  build: {
    outDir: Deno.env.get("GEMINITRO_BUILD_DIR") ?? "_fresh/client",
    emptyOutDir: true,
    assetsDir: "build",
    manifest: true,
    // Pages name all scripts of their islands for preloading, so the browser side need not know them.
    modulePreload: false,
    rolldownOptions: {
      input: "client.ts",
      // What the first page needs of the shared parts comes in one file: fewer requests, and it packs better.
      output: { codeSplitting: { groups: [{ name: "base", test: BASE_REGEXP }] } },
    },
  },
});
