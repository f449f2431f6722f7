import assert from "node:assert/strict";
import { leaseRequestOf } from "../../../tests/support/pool_fixture.ts";
import { callOf } from "./wait_queue.ts";
import { RetryReservations } from "./retry_reservations.ts";

Deno.test("claim() accepts a session at its time, once, and not long before or after", () => {
  const reservations = new RetryReservations();
  reservations.make("a", 60_000, 0);
  assert.equal(reservations.claim("a", 30_000), false);
  assert.equal(reservations.claim("b", 60_000), false);
  assert.equal(reservations.claim("a", 60_500), true);
  assert.equal(reservations.claim("a", 60_500), false);
  reservations.make("a", 60_000, 0);
  assert.equal(reservations.claim("a", 70_000), false);
});

Deno.test("expected() follows how many really come back", () => {
  const reservations = new RetryReservations();
  for (let i = 0; i < 200; i++) {
    reservations.make(`s${i}`, i * 10, i);
    reservations.claim(`s${i}`, i * 10);
  }
  for (let i = 0; i < 10; i++) reservations.make(`t${i}`, 10_000, 5_000);
  assert.equal(reservations.expected(5_000), 10);
  for (let i = 0; i < 300; i++) reservations.make(`u${i}`, 20_000, 19_000);
  reservations.expected(60_000);
  for (let i = 0; i < 10; i++) reservations.make(`v${i}`, 70_000, 60_000);
  assert.equal(reservations.expected(60_000), 0);
});

Deno.test("callOf() keeps a new call of a conversation from taking the place of one that was told to come back", () => {
  const reservations = new RetryReservations();
  reservations.make(callOf(leaseRequestOf({ session: "s", inputTokens: 900 })), 60_000, 0);
  assert.equal(reservations.claim(callOf(leaseRequestOf({ session: "s", inputTokens: 950 })), 60_000), false);
  assert.equal(reservations.claim(callOf(leaseRequestOf({ session: "s", inputTokens: 900 })), 60_000), true);
});
