// A FHIR server for tests that is not our own work: Medplum's router, search and validator over its in-memory
// repository, with what a Medplum server adds on top (login, version guards, errors) written here.
//
//   node server.mjs [--port 0] [--client-id test-client] [--client-secret test-secret] [--plain]
//
// --plain: a server as any other, without login, access policies or conditional creates.
// Loopback only. Prints "listening URL" when it is ready. Beside /fhir/R4, /oauth2/token and /healthcheck it has
//   PUT  /_test/faults   [{method, path, times, status, headers, body, delayMs, after}]  in place of those before;
//                        without status the connection is dropped; after: carried out, but the answer is lost.
//                        With kind, names, with, share, seed, expiry: as fhirbox's (faults.mjs)
//   PUT  /_test/policy   an AccessPolicy that binds the client from now on; {} for none. Medplum's own code judges by it
//   POST /_test/logout   ends every session, as a restart of Medplum's Redis does
//   POST /_test/reset    forgets resources, sessions and faults
// It ends when its standard input does, so that it never outlives the test that started it.
import { randomUUID } from "node:crypto";
import http from "node:http";
import { parseArgs } from "node:util";
import { setFaults, takeFaults, twisted, wait } from "./faults.mjs";
import { core, FhirRouter, now, Repository } from "./repository.mjs";

const { values: options } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    "client-id": { type: "string", default: "test-client" },
    "client-secret": { type: "string", default: "test-secret" },
    plain: { type: "boolean", default: false },
  },
});

const repository = new Repository();
const router = new FhirRouter();
const sessions = new Set();
let last = Promise.resolve(); // requests are carried out one at a time, as transactions would

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function send(response, status, body, headers = {}) {
  const known = Object.entries(headers).filter(([, value]) => value !== undefined);
  response.writeHead(status, { "content-type": "application/fhir+json; charset=utf-8", ...Object.fromEntries(known) });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

function login(request, text) {
  const form = new URLSearchParams(text);
  const basic = request.headers.authorization?.match(/^Basic (.+)$/)?.[1];
  const [id, secret] = basic ? Buffer.from(basic, "base64").toString().split(":") : [form.get("client_id"), form.get("client_secret")];
  if (form.get("grant_type") !== "client_credentials" || id !== options["client-id"] || secret !== options["client-secret"]) {
    return { status: 400, body: { error: "invalid_request", error_description: "Invalid client" } };
  }
  const token = randomUUID();
  sessions.add(token);
  return { status: 200, body: { token_type: "Bearer", expires_in: 3600, scope: "openid", access_token: token } };
}

async function trip(fault, request, response) {
  await wait(fault.delayMs);
  if (!fault.status) {
    return request.socket.destroy();
  }
  const exception = { resourceType: "OperationOutcome", issue: [{ severity: "error", code: "exception", details: { text: "A fault asked for by the test" } }] };
  return send(response, fault.status, fault.body ?? exception, fault.headers);
}

async function handle(request, text, taken) {
  now.wrong = taken;
  let body;
  try {
    const isForm = request.headers["content-type"]?.includes("x-www-form-urlencoded");
    body = text && (isForm ? Object.fromEntries(new URLSearchParams(text)) : JSON.parse(text));
  } catch {
    return [core.badRequest("Content could not be parsed")];
  }
  const url = request.url.slice("/fhir/R4".length) || "/";
  const wanted = { method: request.method, url, pathname: "", body, params: {}, query: {}, headers: request.headers, config: {} };
  return router.handleRequest(wanted, repository).catch((error) => [core.normalizeOperationOutcome(error)]);
}

// Plain FHIR R4 has no access policies; what else is served is the same.
function capabilities() {
  const kinds = Object.keys(core.globalSchema.types).filter((t) => core.isResourceType(t) && (!options.plain || t !== "AccessPolicy"));
  const software = options.plain ? { name: "A plain server" } : { name: "medplum", version: core.MEDPLUM_VERSION };
  return {
    resourceType: "CapabilityStatement",
    status: "active",
    kind: "instance",
    date: "2026-11-22",
    software,
    fhirVersion: "4.0.1",
    format: ["json"],
    rest: [{ mode: "server", resource: kinds.map((type) => ({ type })) }],
  };
}

async function fhir(request, text, taken) {
  const token = request.headers.authorization?.match(/^Bearer (.+)$/)?.[1];
  if (request.url.split("?")[0] === "/fhir/R4/metadata") {
    return { status: 200, body: capabilities() };
  }
  if (!options.plain && !sessions.has(token)) {
    return { status: 401, body: core.unauthorized };
  }
  if (options.plain && (request.headers["if-none-exist"] || request.url.includes("AccessPolicy"))) {
    return { status: 400, body: core.badRequest("Not supported by this server") };
  }
  const job = last.then(() => handle(request, text, taken));
  last = job;
  const [outcome, resource] = await job;
  const headers = {};
  if (resource?.meta?.versionId) {
    headers.etag = `W/"${resource.meta.versionId}"`;
    headers["last-modified"] = new Date(resource.meta.lastUpdated).toUTCString();
  }
  if (resource && core.isCreated(outcome)) {
    headers.location = `${repository.base}/${resource.resourceType}/${resource.id}`;
  }
  return { status: core.getStatus(outcome), body: resource ?? outcome, headers };
}

function stored(reference) {
  const [type, id] = reference.split("/");
  return repository.resources.get(type)?.get(id);
}

async function serve(request, response) {
  const text = await bodyOf(request);
  const path = request.url.split("?")[0];
  switch (path) {
    case "/_test/faults":
      setFaults(JSON.parse(text) ?? []);
      return send(response, 204);
    case "/_test/policy":
      now.policy = JSON.parse(text).resource ? JSON.parse(text) : undefined;
      return send(response, 204);
    case "/_test/reset":
      repository.reset();
      setFaults([]);
      now.policy = undefined;
      sessions.clear();
      return send(response, 204);
    case "/_test/logout":
      sessions.clear();
      return send(response, 204);
  }
  const taken = takeFaults(request);
  const end = taken.find((f) => !f.kind);
  const tails = taken.filter((f) => f.kind === "tail");
  for (const tail of tails.filter((f) => !f.after)) {
    await wait(tail.delayMs);
  }
  if (end && !end.after) {
    return trip(end, request, response);
  }
  const reply = await carryOut(path, request, text, taken);
  for (const tail of tails.filter((f) => f.after)) {
    await wait(tail.delayMs);
  }
  if (end) {
    return trip(end, request, response);
  }
  const { status, body, headers } = twisted(reply, taken, stored);
  return send(response, status, body, headers);
}

async function carryOut(path, request, text, taken) {
  if (path === "/healthcheck") {
    return { status: 200, body: { ok: true, version: core.MEDPLUM_VERSION } };
  }
  if (path === "/oauth2/token") {
    return login(request, text);
  }
  if (path === "/auth/me" && !options.plain) {
    return sessions.has(request.headers.authorization?.slice("Bearer ".length))
      ? { status: 200, body: { project: { resourceType: "Project" }, membership: { resourceType: "ProjectMembership" }, accessPolicy: now.policy } }
      : { status: 401, body: core.unauthorized };
  }
  return path.startsWith("/fhir/R4") ? fhir(request, text, taken) : { status: 404, body: core.notFound };
}

const server = http.createServer((request, response) => {
  serve(request, response).catch((error) => {
    console.error(error);
    send(response, 500, core.normalizeOperationOutcome(error));
  });
});

server.keepAliveTimeout = 0; // a client on a slow machine may come back late: its next request must not meet a connection that just closes
server.listen(Number(options.port), "127.0.0.1", () => {
  const url = `http://127.0.0.1:${server.address().port}`;
  repository.base = `${url}/fhir/R4`;
  console.log(`listening ${url}`);
});

process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
