// What a test can have the server do wrong. A plain fault ends a request; one with a kind lets it go on, in its own wrong
// way, and several of those may hold for one request. The kinds and their members are those of fhirbox (faultkinds.go).
const BEFORE = ["lenient-search", "resource-cap", "terminology", "include", "forbid", "readonly", "criteria"];
const AFTER = ["other-resource", "no-version", "expiry", "tail"];

let faults = [];

export function setFaults(list) {
  const unknown = list.find((f) => f.kind && !BEFORE.includes(f.kind) && !AFTER.includes(f.kind));
  if (unknown) {
    throw new Error(`there is no kind of fault ${unknown.kind}`);
  }
  faults = list.map((f) => ({ ...f, times: f.times || 1, chance: random(f.seed ?? 0) }));
}

// mulberry32: the same choices for the same seed.
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let n = Math.imul(state ^ (state >>> 15), 1 | state);
    n = (n + Math.imul(n ^ (n >>> 7), 61 | n)) ^ n;
    return ((n ^ (n >>> 14)) >>> 0) / 4294967296;
  };
}

// The interaction that a request asks for, in the words of an AccessPolicy; undefined when it is none on a type or a resource.
function interactionOf({ method, url }) {
  const parts = url.split("?")[0].split("/").slice(3).filter(Boolean); // after /fhir/R4
  if (!url.startsWith("/fhir/R4/") || !parts.length || parts[0] === "metadata") {
    return undefined;
  }
  if (parts.length > 2) {
    return parts.length === 4 ? "vread" : "history";
  }
  if (method === "PUT" || method === "PATCH") {
    return "update";
  }
  if (method === "DELETE") {
    return "delete";
  }
  if (parts.at(-1) === "_search" || (parts.length === 1 && method === "GET")) {
    return "search";
  }
  return method === "POST" ? "create" : "read";
}

function concerns(fault, request) {
  const does = interactionOf(request);
  switch (fault.kind) {
    case undefined:
      return true;
    case "tail":
      return fault.chance() < fault.share;
    case "lenient-search":
      return does === "search";
    case "include":
      return does === "search" && request.url.includes("_include=");
    case "resource-cap":
      return does === "create";
    case "terminology":
    case "readonly":
      return does === "create" || does === "update";
    case "forbid":
      return fault.names.includes(does);
    case "expiry":
      return request.url === "/oauth2/token";
    case "criteria":
      return request.url.startsWith("/fhir/R4/Communication");
  }
  return does !== undefined;
}

// The faults for a request, counted: those with a kind up to the first without, which then is the last.
export function takeFaults(request) {
  const taken = [];
  for (const fault of faults) {
    const fits = fault.times !== 0 && (!fault.method || fault.method === request.method) && request.url.includes(fault.path ?? "");
    if (!fits || !concerns(fault, request)) {
      continue;
    }
    fault.times -= 1;
    taken.push(fault);
    if (!fault.kind) {
      break;
    }
  }
  return taken;
}

export const wait = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));

// The answer of the others, where a fault twists it; stored finds a resource by Type/id.
export function twisted(reply, taken, stored) {
  for (const fault of taken.filter((f) => reply.status < 400 && reply.body)) {
    if (fault.kind === "other-resource") {
      const body = stored(fault.with) ?? reply.body;
      reply = { ...reply, body, headers: { ...reply.headers, etag: `W/"${body.meta?.versionId}"` } };
    } else if (fault.kind === "expiry") {
      reply = { ...reply, body: { ...reply.body, expires_in: fault.expiry } };
    } else if (fault.kind === "no-version") {
      reply = { ...reply, body: unversioned(structuredClone(reply.body)), headers: { ...reply.headers, etag: undefined } };
    }
  }
  return reply;
}

function unversioned(resource) {
  if (resource.meta?.versionId) {
    resource.meta.versionId = "";
  }
  resource.entry?.forEach((e) => e.resource && unversioned(e.resource));
  return resource;
}
