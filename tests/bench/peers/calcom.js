// The peer: Cal.com's published date-range and slot code, one call an inspector, as its own caller does.
// Usage: node calcom.js TASK ROUNDS; TASK is a file, {timezone, from, to, minutes, step,
// inspectors: [{_id, weekly: [{days, start, end}], busy: [[start, end]]}]}; times are UTC milliseconds,
// weekly in minutes of the day.
// Prints {"us": [CPU of one task by round], "starts": [[ms, inspector]]}.
// What slots.cjs imports for its database, mail and redis is stubbed: those files import packages that npm
// does not have. Ranges, subtraction and slots run as published; getSlots is not exported, so it is here.
"use strict";
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

const dist = path.join(__dirname, "calcom", "package", "dist");
const REAL = /^(dayjs(\/.*)?|zod|\.\/(date-ranges|index)-.*)$/;

function nothing() {
  return new Proxy(function () {}, {
    get: (_, name) => (name === Symbol.toPrimitive ? () => "" : name === "prototype" ? {} : nothing()),
    apply: () => nothing(),
    construct: () => nothing(),
  });
}
const stub = new Proxy({ withReporting: (f) => f, IS_PRODUCTION: true }, {
  get: (known, name) => (name in known ? known[name] : nothing()),
});

function load(name) {
  const file = path.join(dist, name);
  const made = new Module(file, module);
  made.filename = file;
  made.paths = Module._nodeModulePaths(dist);
  const require_ = made.require.bind(made);
  made.require = (what) => (REAL.test(what) ? require_(what) : stub);
  made._compile(fs.readFileSync(file, "utf8") + "\nexports.getSlots = getSlots;\n", file);
  return made.exports;
}

const { getSlots } = load("slots.cjs");
const named = fs.readdirSync(dist).find((name) => /^date-ranges-.*\.cjs$/.test(name));
const { buildDateRanges, subtract } = require(path.join(dist, named));
const dayjs = require("dayjs");

const task = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const rounds = Number(process.argv[3]);
const WARM_UP = 10;
const TASKS = 5;

function ofInspector(one, from, to) {
  const availability = one.weekly.map((w) => ({
    days: w.days,
    startTime: new Date(w.start * 60000),
    endTime: new Date(w.end * 60000),
  }));
  const { dateRanges } = buildDateRanges({
    availability, timeZone: task.timezone, dateFrom: from, dateTo: to, travelSchedules: [],
  });
  const busy = one.busy.map(([start, end]) => ({ start: dayjs(start), end: dayjs(end) }));
  return getSlots({
    inviteeDate: from, frequency: task.step, eventLength: task.minutes, minimumBookingNotice: 0,
    dateRanges: subtract(dateRanges, busy),
  });
}

function all() {
  const from = dayjs.utc(task.from).tz(task.timezone);
  const to = dayjs.utc(task.to).tz(task.timezone);
  return task.inspectors.map((one) => [one._id, ofInspector(one, from, to)]);
}

for (let i = 0; i < WARM_UP; i++) all();
const us = [];
for (let round = 0; round < rounds; round++) {
  const before = process.cpuUsage();
  for (let i = 0; i < TASKS; i++) all();
  const used = process.cpuUsage(before);
  us.push((used.user + used.system) / TASKS);
}
const starts = all().flatMap(([id, slots]) => slots.map((slot) => [slot.time.valueOf(), id]));
console.log(JSON.stringify({ us, starts }));
