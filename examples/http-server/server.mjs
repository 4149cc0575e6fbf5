// A small server to try dyno on: it listens on $PORT of the loopback address, and greets in JSON.
//
//   GET /healthz          {"status":"ok"}
//   GET /greeting/NAME    {"greeting":"hello, NAME"}
//   POST /sums            {"numbers":[1,2,3]} is answered with {"sum":6}
//
// It can also misbehave, so that one can see what dyno makes of that:
//
//   CRASH_AFTER_MS=1500   ends with code 3 so many milliseconds after its start; 0: before it listens
//   NEVER_READY=1         /healthz answers 503 for ever
//   WRONG_ANSWERS=1       every tenth sum is one too high
//   IGNORE_SIGTERM=1      does not end when it is asked to
//   WORK_ROUNDS=500       computes for a while for each answer, as a costlier handler would
import { createServer } from "node:http";

const { PORT, CRASH_AFTER_MS, NEVER_READY, WRONG_ANSWERS, IGNORE_SIGTERM, WORK_ROUNDS = "0" } = process.env;
const workRounds = Number(WORK_ROUNDS);
let sums = 0;

const server = createServer((request, response) => {
  const answer = (status, value) => {
    work();
    const body = JSON.stringify(value);
    response.writeHead(status, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    });
    response.end(body);
  };
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  if (pathname === "/healthz") {
    return NEVER_READY ? answer(503, { status: "starting" }) : answer(200, { status: "ok" });
  }
  if (request.method === "GET" && pathname.startsWith("/greeting/")) {
    return answer(200, { greeting: `hello, ${decodeURIComponent(pathname.slice("/greeting/".length))}` });
  }
  if (request.method === "POST" && pathname === "/sums") return addUp(request, answer);
  return answer(404, { error: `there is no ${request.method} ${pathname}` });
});

function addUp(request, answer) {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const { numbers } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    const mistake = WRONG_ANSWERS && ++sums % 10 === 0 ? 1 : 0;
    answer(200, { sum: numbers.reduce((sum, number) => sum + number, mistake) });
  });
}

let state = 1;
function work() {
  for (let round = 0; round < workRounds; round++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
  }
}

function crash() {
  console.error("something went badly wrong");
  process.exit(3);
}

process.on("SIGTERM", () => {
  console.log(IGNORE_SIGTERM ? "asked to end; not now" : "asked to end; bye");
  if (!IGNORE_SIGTERM) process.exit(0);
});

if (CRASH_AFTER_MS === "0") crash();
if (CRASH_AFTER_MS) setTimeout(crash, Number(CRASH_AFTER_MS));
server.listen(Number(PORT), "127.0.0.1", () => console.log(`listening on port ${PORT}`));
