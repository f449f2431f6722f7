/** The real server with two defects beside it: a promise that nobody waits for and a throwing timer. */
import { startServer } from "../../main.ts";

const KEY = `AIza${"S".repeat(35)}`;
const server = await startServer({
  env: {
    GEMINITRO_HOME: Deno.args[0],
    GEMINITRO_KV: ":memory:",
    PORT: "0",
    HOST: "127.0.0.1",
    PROXY_API_KEY: "a-token-for-tests-alone",
  },
});
Promise.reject(new Error(`nobody waits, and a key is in it: ${KEY}`));
setTimeout(() => {
  throw new Error(`a timer throws, and a key is in it: ${KEY}`);
}, 10);
await new Promise((resolve) => setTimeout(resolve, 200));
const { status } = await fetch(`http://127.0.0.1:${server.port}/api/health/live`);
console.log(`serves on: ${status}`);
await server.stop();
Deno.exit(0);
