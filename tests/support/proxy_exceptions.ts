const EXCEPTIONS = ["NO_PROXY", "no_proxy"] as const;
const PROXIES = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] as const;

/**
 * Takes the exceptions from proxies out of the environment: whoever runs the tests may have put this machine there, where
 * Google's stand-in lies. They come back at the end only where the environment names a proxy, as nobody else needs them, and a
 * test beside this one may just have taken them out too.
 */
export function withoutProxyExceptions(): Disposable {
  const before = EXCEPTIONS.map((name) => Deno.env.get(name));
  for (const name of EXCEPTIONS) Deno.env.delete(name);
  return {
    [Symbol.dispose]() {
      if (PROXIES.every((name) => Deno.env.get(name) === undefined)) return;
      EXCEPTIONS.forEach((name, index) => before[index] === undefined || Deno.env.set(name, before[index]));
    },
  };
}
