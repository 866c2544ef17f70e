// Books a visit over HTTP as an online shop does: list, hold, book. The types of what is sent and
// answered are generated from api/openapi.yaml (run.sh); Node runs this file as it is.
// INTERLOCK_URL and INTERLOCK_KEY (an online key's secret) say where and who. Ends with 0 when the
// visit is booked and the same time was refused to somebody else.
import { randomUUID } from "node:crypto";
import type { components, operations } from "./interlock.d.ts";

type Schemas = components["schemas"];
type Body<O extends keyof operations> = operations[O] extends {
  requestBody?: { content: { "application/json": infer B } };
} ? B : never;
type Answer<O extends keyof operations, S extends number> = operations[O] extends {
  responses: Record<S, { content: { "application/json": infer A } }>;
} ? A : never;

const { INTERLOCK_URL, INTERLOCK_KEY } = process.env;

async function ask(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
  const answer = await fetch(INTERLOCK_URL + path, {
    method,
    headers: {
      Authorization: `Bearer ${INTERLOCK_KEY}`,
      "Content-Type": "application/json",
      ...(method === "GET" ? {} : { "Idempotency-Key": randomUUID() }),
      ...headers,
    },
    body: body && JSON.stringify(body),
  });
  return { status: answer.status, json: await answer.json() as unknown };
}

const found = await ask("GET", "/schedule/optimal-slots?services=home&days=14");
const slot = (found.json as Answer<"listSlots", 200>).slots[0];
if (!slot) throw new Error("nothing is free");

const time = { datetime: slot.datetime, services: ["home"], _inspectorId: slot._inspectorId };
const wish: Body<"makeHold"> = { ...time, kind: "checkout" };
const held = await ask("POST", "/schedule/holds", wish);
const { hold } = held.json as Answer<"makeHold", 201>;
console.log(`hold: ${held.status} ${hold._id}`);

const visit = (address: string, name: string): Body<"bookJob"> =>
  ({ ...time, property: { address }, client: { name } });
const booked = await ask("POST", "/inspection/book-job", visit("12 Elm Street, Denver", "Ann Example"),
  { "Interlock-Hold": hold.token ?? "" });
const { inspection } = booked.json as Answer<"bookJob", 201>;
console.log(`book: ${booked.status} order ${inspection.orderNumber}`);

const refused = await ask("POST", "/inspection/book-job", visit("9 Oak Street, Denver", "Bob Example"));
const problem = refused.json as Schemas["Problem"];
console.log(`somebody else: ${refused.status} ${problem.code}: ${problem.title}`);
process.exitCode = booked.status === 201 && refused.status === 409 && problem.code === "slot_taken" ? 0 : 1;
