// Fails when what a browser must fetch before the app shows is above its budget:
// index.html, and the scripts and styles that it names or that those import.
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const budget = 200_000; // bytes, gzipped
const dist = fileURLToPath(new URL("../dist/", import.meta.url));

const sizes = new Map();

function take(name) {
  if (sizes.has(name)) return;
  const content = readFileSync(join(dist, name));
  sizes.set(name, gzipSync(content).length);
  const text = content.toString();
  if (name.endsWith(".html")) {
    for (const [, address] of text.matchAll(/<(?:script|link)\b[^>]*\b(?:src|href)="([^"]+\.(?:js|css))"/g))
      take(normalize(address));
  } else if (name.endsWith(".js")) {
    // import{a as b}from"./x.js", import"./x.js", export*from"./x.js"; not import("./x.js"), which waits until it is needed
    const imports = /\b(?:import|export)\b(?:[\w\s{},*$]*\bfrom)?\s*["'](\.{1,2}\/[^"']+\.js)["']/g;
    for (const [, address] of text.matchAll(imports)) take(join(dirname(name), address));
  }
}

take("index.html");
const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
for (const [name, size] of sizes) console.log(`${String(size).padStart(8)}  ${name}`);
console.log(`first load: ${total} of at most ${budget} bytes, gzipped`);
if (![...sizes.keys()].some((name) => name.endsWith(".js"))) {
  console.error("index.html names no script that this check can find: has its form changed?");
  process.exitCode = 1;
}
if (total > budget) {
  console.error("The first load is too big: load lazily what the first screen does not need.");
  process.exitCode = 1;
}
