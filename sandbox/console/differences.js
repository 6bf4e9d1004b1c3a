// What changed between two versions of a resource.

// leaves flattens JSON to path → value; an extension is known by its url, so
// that a new one in front does not make all the others look changed.
export function leaves(value, path = "", out = new Map()) {
  if (value === null || typeof value !== "object") { out.set(path, value); return out; }
  for (const [key, inner] of Object.entries(value)) leaves(inner, step(path, key, inner, Array.isArray(value)), out);
  return out;
}

export function step(path, key, inner, inList) {
  if (!inList) return path ? `${path}.${key}` : key;
  const name = inner && typeof inner === "object" ? inner.url ?? inner.value : null;
  return `${path}[${typeof name === "string" ? name.split("/").at(-1) : key}]`;
}

// differences lists {path, label, before, after}; undefined stands for absent.
export function differences(before, after) {
  if (!before) return [];
  const a = leaves(before), b = leaves(after);
  const paths = [...new Set([...a.keys(), ...b.keys()])];
  return paths.filter((p) => a.get(p) !== b.get(p) && !p.endsWith(".url"))
    .map((path) => ({ path, label: label(path), before: a.get(path), after: b.get(path) }));
}

// label shortens a path to the word a reader knows it by.
function label(path) {
  const inner = /\[([^\]]+)\]\.value\w+$/.exec(path);
  if (inner) return inner[1];
  if (path.startsWith("payload")) return "summary";
  return path.replace(/\[0\]/g, "");
}

export const text = (v) => (v === undefined ? "nothing" : String(v));
