import assert from "node:assert/strict";
import { redirectUriFor } from "./sign_in.ts";

Deno.test("redirectUriFor() keeps to this machine, whatever the page says", () => {
  const cases = [
    ["http://localhost:7536/dashboard/keys", "http://localhost:7536/oauth-callback"],
    ["http://127.0.0.1:8080/", "http://127.0.0.1:8080/oauth-callback"],
    ["http://[::1]:8080/", "http://[::1]:8080/oauth-callback"],
    ["http://evil.example.com/", "http://localhost:7536/oauth-callback"],
    ["http://localhost.evil.example.com/", "http://localhost:7536/oauth-callback"],
    ["http://localhost@evil.example.com/", "http://localhost:7536/oauth-callback"],
    ["javascript:alert(1)", "http://localhost:7536/oauth-callback"],
    ["nonsense", "http://localhost:7536/oauth-callback"],
    [undefined, "http://localhost:7536/oauth-callback"],
  ] as const;
  for (const [page, expected] of cases) assert.equal(redirectUriFor(page, 7536), expected, page ?? "none");
});
