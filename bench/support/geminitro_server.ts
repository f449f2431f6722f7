/** GemiNitro as a user runs it, with a file database and ten keys, or as many as the second argument says. Prints its address; says its memory and KV commits when asked. */
import { createGeminitro, serve } from "../../src/composition/mod.ts";

const home = await Deno.makeTempDir({ prefix: "geminitro-bench-" });
const keys = Array.from(
  { length: Number(Deno.args[1] ?? 10) },
  (_, index) => `AIzaSyBench${String(index).padStart(28, "0")}`,
);
const proxy = await createGeminitro({
  env: {
    ...Deno.env.toObject(),
    GEMINITRO_HOME: home,
    GEMINI_API_URL: Deno.args[0]!,
    GEMINI_API_KEYS: keys.join(),
    MAX_CONCURRENT_REQUESTS_PER_KEY: "1000",
    LOG_LEVEL: "warn",
  },
});
const serving = await serve(proxy, { host: "127.0.0.1", port: 0 });
console.log(serving.url);
