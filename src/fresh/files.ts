import type { Assets } from "./contract.ts";

/** Where built files come from: a folder, or whatever a compiled program carries. */
export interface ClientFiles {
  /** `path` has no leading slash; undefined when there is no such file. */
  read(path: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Addresses that hold without a build: those of the development server. */
  readonly assets?: Assets;
}

/** Files of one or more folders; the first that has a name wins. */
export function folderFiles(...folders: readonly URL[]): ClientFiles {
  return {
    async read(path) {
      for (const folder of folders) {
        const bytes = await Deno.readFile(new URL(path, folder)).catch(() => undefined);
        if (bytes !== undefined) return bytes;
      }
    },
  };
}

/** Addresses on Vite's development server, which proxies every page to this one. */
const DEV_ASSETS: Assets = {
  entry: "/client.ts",
  css: ["/assets/style.css"],
  islands: {},
  dev: ["/@vite/client"],
};

/** For development: Vite serves the sources, and only the files of `folders` (those of `static/`) come from here. */
export function developmentFiles(...folders: readonly URL[]): ClientFiles {
  return { ...folderFiles(...folders), assets: DEV_ASSETS };
}
