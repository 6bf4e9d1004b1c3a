// @vitest-environment node
// Every sentence of the catalogue is said somewhere: one that nobody says is translated and read for nothing.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Sentences } from ".";
import { en } from "./en";
import audit from "./en/audit";
import check from "./en/check";
import recording from "./en/recording";
import reviewer from "./en/reviewer";
import room from "./en/room";
import supervisor from "./en/supervisor";

const src = join(dirname(fileURLToPath(import.meta.url)), "..");

/** As say takes them: without the plural's form. */
function codes(of: Sentences, at: string, separator = ":"): string[] {
  return Object.entries(of).flatMap(([key, one]) => {
    const code = `${at}${separator}${key}`;
    return typeof one === "string" ? [code.replace(/_(zero|one|two|few|many|other)$/, "")] : codes(one, code, ".");
  });
}

/** What a source says: whole codes, and beginnings and ends of those that it puts together. */
function said(source: string): ((code: string) => boolean)[] {
  const whole = [...source.matchAll(/"([a-z]+:[\w.-]+)"/gi)].map(
    ([, code]) =>
      (one: string) =>
        one === code,
  );
  const built = [...source.matchAll(/`([a-z]+:[\w.-]*\$\{[^`]*)`/gi)].map(([, text = ""]) => {
    const parts = text.split(/\$\{[^}]*\}/).map((part) => part.replaceAll(".", "\\."));
    const form = new RegExp(`^${parts.join("[\\w-]+")}$`);
    return (one: string) => form.test(one);
  });
  return [...whole, ...built];
}

function unused(of: Record<string, Sentences>, sources: string[]): string[] {
  const uses = sources.flatMap(said);
  const all = new Set(Object.entries(of).flatMap(([area, sentences]) => codes(sentences, area)));
  return [...all].filter((code) => !uses.some((use) => use(code)));
}

describe("the catalogue", () => {
  it("has no sentence that nobody says", () => {
    const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter(
      (name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$|^words\/en\//.test(name),
    );
    const sources = files.map((name) => readFileSync(join(src, name), "utf8"));
    expect(unused({ ...en, audit, check, recording, reviewer, room, supervisor }, sources)).toEqual([]);
  });

  it("is looked through: one that is not said is found, by whatever else is", () => {
    const sentences = {
      shell: { skip: "Skip", gone: "Gone", day_one: "a day", day_other: "days", is: { on: "On", off: "Off" } },
    };
    const source = 'say("shell:skip"); say("shell:day", { count }); say(`shell:is.$' + "{how}`);";
    expect(unused(sentences, [source])).toEqual(["shell:gone"]);
    expect(unused(sentences, [source.replace(".$", ".x$")])).toEqual(["shell:gone", "shell:is.on", "shell:is.off"]);
  });
});
