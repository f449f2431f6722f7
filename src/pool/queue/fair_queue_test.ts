import assert from "node:assert/strict";
import { FairQueue, type Waiting } from "./fair_queue.ts";

interface Call extends Waiting {
  readonly name: string;
}

function call(name: string, client: string, session = client, more: Partial<Waiting> = {}): Call {
  return { name, client, session, cost: 1, urgent: false, ...more };
}

function drain(queue: FairQueue<Call>): string[] {
  const order: string[] = [];
  for (;;) {
    const [head] = queue.heads();
    if (head === undefined) return order;
    queue.serve(head);
    order.push(head.name);
  }
}

Deno.test("heads() alternates between clients, however many calls one of them has", () => {
  const queue = new FairQueue<Call>();
  for (let i = 0; i < 6; i++) queue.push(call(`storm${i}`, "storm", `storm/${i}`));
  queue.push(call("calm0", "calm"));
  queue.push(call("calm1", "calm"));
  assert.deepEqual(drain(queue).slice(0, 4), ["storm0", "calm0", "storm1", "calm1"]);
});

Deno.test("heads() alternates between the sessions of one client", () => {
  const queue = new FairQueue<Call>();
  for (const session of ["a", "b"]) {
    for (let i = 0; i < 3; i++) queue.push(call(`${session}${i}`, "c", session));
  }
  assert.deepEqual(drain(queue), ["a0", "b0", "a1", "b1", "a2", "b2"]);
});

Deno.test("heads() puts failed attempts before all others", () => {
  const queue = new FairQueue<Call>();
  queue.push(call("new", "a"));
  queue.push(call("again", "b", "b", { urgent: true }));
  assert.deepEqual(drain(queue), ["again", "new"]);
});

Deno.test("serve() makes a session that takes many tokens wait for the others", () => {
  const queue = new FairQueue<Call>();
  for (let i = 0; i < 2; i++) queue.push(call(`big${i}`, "c", "big", { cost: 3 }));
  for (let i = 0; i < 4; i++) queue.push(call(`small${i}`, "c", "small"));
  assert.deepEqual(drain(queue), ["big0", "small0", "small1", "small2", "big1", "small3"]);
});

Deno.test("ahead() counts the calls that would go before a new one", () => {
  const queue = new FairQueue<Call>();
  assert.equal(queue.ahead("a", "a"), 0);
  for (let i = 0; i < 10; i++) queue.push(call(`storm${i}`, "storm"));
  assert.equal(queue.ahead("calm", "calm"), 1);
  assert.equal(queue.ahead("storm", "storm"), 10);
  queue.push(call("urgent", "x", "x", { urgent: true }));
  assert.equal(queue.ahead("calm", "calm"), 2);
});
