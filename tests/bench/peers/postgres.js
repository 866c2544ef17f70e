// The peer: bookings on PostgreSQL with an exclusion constraint, as a good engineer writes them in a day.
// Usage: node postgres.js SOCKET_FOLDER CONNECTIONS; prints its address when all workers listen.
// The booking and its idempotency row are one statement, so one transaction, one round trip, one sync.
"use strict";
const cluster = require("node:cluster");
const http = require("node:http");
const os = require("node:os");
const { Client, Pool } = require("pg");

const [folder, connections] = [process.argv[2], Number(process.argv[3])];
const database = { host: folder, user: "bench", database: "postgres" };
const workers = os.availableParallelism();

const schema = `
create extension if not exists btree_gist;
drop table if exists idempotency, booking;
create table booking (
  id bigint generated always as identity primary key,
  inspector text not null,
  during tstzrange not null,
  address text not null,
  client text not null,
  exclude using gist (inspector with =, during with &&)
);
create table idempotency (
  key text primary key,
  request text not null,
  status int not null,
  booking bigint references booking
);`;

const book = {
  name: "book",
  text: `with made as (
      insert into booking (inspector, during, address, client)
      values ($3, tstzrange($4, $4::timestamptz + $5 * interval '1 minute'), $6, $7) returning id)
    insert into idempotency (key, request, status, booking) select $1, $2, 201, id from made
    returning booking`,
};
const OVERLAP = "23P01";
const KEY_USED = "23505";

async function decide(pool, key, text) {
  const ask = JSON.parse(text);
  try {
    const values = [key, text, ask._inspectorId, ask.datetime, ask.minutes, ask.property.address,
      ask.client.name];
    const made = await pool.query({ ...book, values });
    return [201, { _id: made.rows[0].booking }];
  } catch (error) {
    if (error.code === OVERLAP) {
      const kept = await pool.query("insert into idempotency values ($1, $2, 409) " +
        "on conflict do nothing returning status", [key, text]);
      if (kept.rowCount === 1) return [409, { code: "overlap" }];
    } else if (error.code !== KEY_USED) throw error;
    const before = await pool.query("select * from idempotency where key = $1", [key]);
    const { request, status, booking } = before.rows[0];
    return request === text ? [status, { _id: booking }] : [422, { code: "key_reused" }];
  }
}

function serve() {
  const pool = new Pool({ ...database, max: Math.ceil(connections / workers) });
  http.createServer((request, response) => {
    const parts = [];
    const answer = (status, value) => {
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(JSON.stringify(value));
    };
    if (request.method !== "POST" || request.url !== "/book") return answer(404, {});
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      decide(pool, request.headers["idempotency-key"], Buffer.concat(parts).toString())
        .then(([status, value]) => answer(status, value))
        .catch((error) => answer(500, { code: String(error) }));
    });
  }).listen(Number(process.env.PORT), "127.0.0.1");
}

async function lead() {
  const client = new Client(database);
  await client.connect();
  await client.query(schema);
  await client.end();
  // A port that is free now: all workers share it.
  const probe = http.createServer().listen(0, "127.0.0.1", () => {
    const PORT = probe.address().port;
    probe.close(() => {
      let listening = 0;
      for (let i = 0; i < workers; i++) cluster.fork({ PORT });
      cluster.on("listening", () => {
        if (++listening === workers) console.log(`http://127.0.0.1:${PORT}/`);
      });
    });
  });
  process.on("SIGTERM", () => process.exit(0));
}

if (cluster.isPrimary) lead();
else serve();
