import { causeText, proxySignIn, whyUnreachable } from "../../core/mod.ts";
import { createProxyOf } from "../../system/mod.ts";
import { type Finding, good, odd, wrong } from "./finding.ts";

const PATIENCE_MS = 8_000;
/** Beyond it, cooldowns end visibly early or late. */
const SKEW_ODD_MS = 5_000;
/** Beyond it, Google refuses signed tokens. */
const SKEW_WRONG_MS = 300_000;

/** Whether the Gemini API answers, and whether its clock and this machine's agree. Any answer will do: no key is sent. */
export async function checkUpstream(url: string): Promise<readonly Finding[]> {
  const before = Date.now();
  const proxy = createProxyOf((name) => Deno.env.get(name))(url);
  try {
    const response = await fetch(`${url}/v1beta/models`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    await response.body?.cancel();
    if (response.status === 407) {
      const { reason, remedy } = proxySignIn(proxy);
      return [wrong("upstream", `${url} cannot be reached: ${reason}`, remedy)];
    }
    const took = Date.now() - before;
    return [
      good("upstream", `${url} answers in ${took} ms`),
      clockFinding(response.headers.get("date"), before + took / 2),
    ];
  } catch (cause) {
    const problem = whyUnreachable(cause, { proxy });
    const reason = problem?.reason ?? causeText(cause);
    const advice = problem?.remedy ?? "Check the network, HTTPS_PROXY and GEMINI_API_URL";
    return [wrong("upstream", `${url} does not answer: ${reason}`, advice)];
  }
}

/** `date` is a Date header, whole seconds; `now` the middle of the call in epoch milliseconds. */
export function clockFinding(date: string | null, now: number): Finding {
  const theirs = Date.parse(date ?? "");
  if (Number.isNaN(theirs)) {
    return odd("clock", "The answer names no time", "Nothing, if your clock is right");
  }
  // The header is cut to its second.
  const skew = Math.round(now - theirs - 500);
  const seconds = Math.round(Math.abs(skew) / 1_000);
  const message = `This machine's clock is ${seconds} s ${skew < 0 ? "behind" : "ahead"}`;
  const advice = "Set the clock by the network (NTP): reset times of quotas are read by it";
  if (Math.abs(skew) > SKEW_WRONG_MS) return wrong("clock", message, advice);
  if (Math.abs(skew) > SKEW_ODD_MS) return odd("clock", message, advice);
  return good("clock", "This machine's clock is right");
}
