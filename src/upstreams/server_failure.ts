import { failed, type Rule, type Seen } from "./failure_rule.ts";
import { isExhausted } from "./quota_failure.ts";

const BUSY_REGEXP = /overloaded|high demand|no capacity available/i;

/** The longest retry time of an overloaded service that is believed: nobody knows a load further ahead. */
const LONGEST_LOAD = 10 * 60_000;

/** When an overload ends, where Google states it: at most ten minutes from now. */
export function busyUntil({ hint, now }: Seen): { readonly until?: number } {
  return hint === undefined ? {} : { until: Math.min(hint, now + LONGEST_LOAD) };
}

function busy(seen: Seen) {
  return failed(seen, {
    class: "overloaded",
    scope: "model",
    ...busyUntil(seen),
    code: "server_is_overloaded",
    message: `Google has no free capacity for the model ${seen.model} at the moment; try again shortly.`,
  });
}

/** No capacity for the model, with any status; another key does not help. */
export const capacityRule: Rule = (seen) =>
  seen.error.reason === "MODEL_CAPACITY_EXHAUSTED" ||
    ((seen.status >= 500 || isExhausted(seen)) && BUSY_REGEXP.test(seen.error.message))
    ? busy(seen)
    : undefined;

/** Google's trouble, not the key's: only the model and the operation get a short cooldown. */
export const serverRule: Rule = (seen) => {
  const { status, error } = seen;
  if (status === 503 && error.form === "json") return busy(seen);
  if (status === 504 || error.status === "DEADLINE_EXCEEDED") {
    return failed(seen, {
      class: "overloaded",
      scope: "model",
      code: "timeout",
      message: "Google did not finish the call in its own time limit; try again or send a shorter request.",
    });
  }
  if (status < 500 && ![408, 409, 499].includes(status)) return undefined;
  return failed(seen, {
    class: "overloaded",
    scope: status < 500 ? "request" : "model",
    ...busyUntil(seen),
    code: "server_error",
    message: `Google could not answer because of a fault of its own (status ${status}); try again.`,
  });
};

const ROBOT_REGEXP = /automated queries|unusual traffic/i;

/** Google's front page against robots: the address of this machine is refused, whatever the key. */
export const robotPageRule: Rule = (seen) =>
  seen.error.form !== "json" && [403, 429, 503].includes(seen.status) && ROBOT_REGEXP.test(seen.error.message)
    ? failed(seen, {
      class: "region_blocked",
      scope: "egress",
      stated: true,
      code: "egress_blocked",
      message: "Google refuses calls from this machine's network address; use another network or wait.",
    })
    : undefined;

/** The failure for the country of the caller; the same for every key on this network. */
export const regionRule: Rule = (seen) =>
  seen.status < 500 && seen.error.form === "json" &&
    /^(\* )?user location is not supported/i.test(seen.error.message)
    ? failed(seen, {
      class: "region_blocked",
      scope: "egress",
      stated: true,
      code: "unsupported_country_region_territory",
      message: "Google does not serve Gemini to the country or network that this proxy calls from.",
    })
    : undefined;
