// @vitest-environment node
// Nothing in the app has a sentence of its own: each is in the catalogue. Of a component every text is looked at, of other
// modules whatever reads as a sentence: they hold words for programs too.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ESTree, parseSync } from "vite";
import { describe, expect, it } from "vitest";

/** What people hear or see of an attribute. */
const SPOKEN = new Set([
  "aria-label",
  "aria-description",
  "aria-roledescription",
  "title",
  "placeholder",
  "alt",
  "label",
]);
/** Names, which are the same in every language, and what a header says (RFC 6750). */
const NAMES = new Set(["careline", "Samsung Internet", "Bearer x"]);

const src = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Several words that begin as a sentence does. */
const SENTENCE = /^\p{Lu}\p{Ll}*(?:[’'-]\p{L}+)?,? \p{L}/u;

/** The sentences of a module, each with its line; but for those of its own errors, which are a programmer's. */
function sentences(name: string, code: string): string[] {
  const found: string[] = [];
  const { program } = parseSync(name, code);
  const take = (text: string, at: number) => {
    if (SENTENCE.test(text) && !NAMES.has(text)) found.push(`${name}:${code.slice(0, at).split("\n").length} ${text}`);
  };
  const look = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(look);
    if (typeof node !== "object" || node === null || !("type" in node)) return; // an array too
    const one = node as ESTree.Node;
    if (
      one.type === "NewExpression" &&
      one.callee.type === "Identifier" &&
      /^(Type|Range)?Error$/.test(one.callee.name)
    ) {
      return;
    }
    if (one.type === "Literal" && typeof one.value === "string") take(one.value, one.start);
    if (one.type === "TemplateLiteral") take(one.quasis.map(({ value }) => value.raw).join("x"), one.start);
    for (const value of Object.values(one)) look(value);
  };
  look(program);
  return found;
}

/** The literal texts of a component that a person would read, each with its line. */
function literals(name: string, code: string): string[] {
  const found: string[] = [];
  const { program } = parseSync(name, code);
  const take = (text: string, at: number) => {
    const words = text.trim();
    if (!/\p{L}/u.test(words) || NAMES.has(words)) return;
    found.push(`${name}:${code.slice(0, at).split("\n").length} ${words.replaceAll(/\s+/g, " ")}`);
  };
  /** A text, also as one of several: cond ? "a" : "b", `${x} b`, x ?? "b". */
  const takeValue = (value: ESTree.Node | null | undefined): void => {
    if (value?.type === "Literal" && typeof value.value === "string") take(value.value, value.start);
    if (value?.type === "TemplateLiteral") {
      for (const part of value.quasis) take(part.value.raw, part.start);
      for (const part of value.expressions) takeValue(part);
    }
    if (value?.type === "JSXExpressionContainer") takeValue(value.expression);
    if (value?.type === "ConditionalExpression") [value.consequent, value.alternate].forEach(takeValue);
    if (value?.type === "LogicalExpression") {
      if (value.operator !== "&&") takeValue(value.left);
      takeValue(value.right);
    }
  };
  const look = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(look);
    if (typeof node !== "object" || node === null || !("type" in node)) return; // an array too
    const one = node as ESTree.Node;
    if (one.type === "JSXText") take(one.value, one.start);
    if (one.type === "JSXElement" || one.type === "JSXFragment") {
      for (const child of one.children) if (child.type === "JSXExpressionContainer") takeValue(child);
    }
    if (one.type === "JSXAttribute" && one.name.type === "JSXIdentifier" && SPOKEN.has(one.name.name)) {
      takeValue(one.value);
    }
    for (const value of Object.values(one)) look(value);
  };
  look(program);
  return found;
}

describe("the other modules", () => {
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter(
    (name) =>
      /\.ts$/.test(name) && !/\.test\.ts$|^words\/en\/|^api\.ts$|\/(fakes|fakepage|bench|playing)\.ts$/.test(name),
  );

  it.each(files)("%s says nothing that is not in the catalogue", (name) => {
    expect(sentences(name, readFileSync(join(src, name), "utf8"))).toEqual([]);
  });

  it("are looked through: the search finds what it should", () => {
    const code = `throw new Failure("The line was busy.");
      const a = { note: b ? "Line busy" : \`Call \${name} again\`, key: "Enter", kind: "line busy" };
      throw new Error("Nobody reads this");`;
    expect(sentences("a.ts", code)).toEqual(["a.ts:1 The line was busy.", "a.ts:2 Line busy", "a.ts:2 Call x again"]);
  });
});

describe("the components", () => {
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter(
    (name) => /\.tsx$/.test(name) && !/test(ing)?\.tsx$|calling\/playing\.tsx$/.test(name),
  );

  it.each(files)("%s says nothing that is not in the catalogue", (name) => {
    expect(literals(name, readFileSync(join(src, name), "utf8"))).toEqual([]);
  });

  it("are looked through: the search finds what it should", () => {
    const code = `const A = () => (<p title="Hint" className="wide">Hello {ok ? "there" : name} {n > 1 && \`\${n}\`} · 
      <b aria-label={x ?? "unknown"}>{say("shell:skip")}</b> <i>careline</i></p>)`;
    expect(literals("a.tsx", code).sort()).toEqual([
      "a.tsx:1 Hello",
      "a.tsx:1 Hint",
      "a.tsx:1 there",
      "a.tsx:2 unknown",
    ]);
  });
});
