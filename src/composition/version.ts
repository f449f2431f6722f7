import manifest from "../../deno.json" with { type: "json" };

/** As stamped in deno.json. */
export const VERSION: string = manifest.version;
