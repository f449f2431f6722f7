import assert from "node:assert/strict";
import { capWindow } from "./cap_calendar.ts";

const HOUR = 3_600_000;
const at = (text: string) => Date.parse(text);

Deno.test("capWindow() starts a day at the reset time of the zone", () => {
  const window = capWindow(
    "daily",
    { resetTime: "06:30", timezone: "Asia/Tokyo" },
    at("2026-06-01T21:00:00Z"),
  );
  assert.deepEqual(window, { startsAt: at("2026-05-31T21:30:00Z"), endsAt: at("2026-06-01T21:30:00Z") });
});

Deno.test("capWindow() makes the day of the change to summer time 23 hours long, the other 25", () => {
  const schedule = { resetTime: "00:00", timezone: "Europe/Berlin" };
  const spring = capWindow("daily", schedule, at("2026-03-29T12:00:00Z"));
  const autumn = capWindow("daily", schedule, at("2026-10-25T12:00:00Z"));
  assert.equal(spring.endsAt - spring.startsAt, 23 * HOUR);
  assert.equal(autumn.endsAt - autumn.startsAt, 25 * HOUR);
});

Deno.test("capWindow() starts weeks on Monday and months on the first", () => {
  const schedule = { resetTime: "00:00", timezone: "UTC" };
  assert.deepEqual(capWindow("weekly", schedule, at("2026-06-07T23:59:00Z")), {
    startsAt: at("2026-06-01T00:00:00Z"),
    endsAt: at("2026-06-08T00:00:00Z"),
  });
  assert.deepEqual(capWindow("monthly", { ...schedule, resetTime: "09:00" }, at("2026-03-01T08:00:00Z")), {
    startsAt: at("2026-02-01T09:00:00Z"),
    endsAt: at("2026-03-01T09:00:00Z"),
  });
});

Deno.test("capWindow() counts hours in real time, at the reset time's minute", () => {
  const window = capWindow("hourly", { resetTime: "00:15", timezone: "UTC" }, at("2026-06-01T10:05:30.250Z"));
  assert.deepEqual(window, { startsAt: at("2026-06-01T09:15:00Z"), endsAt: at("2026-06-01T10:15:00Z") });
});
