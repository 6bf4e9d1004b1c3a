// The pseudo-language of the tests (LANGUAGE=en-XA): every sentence in brackets, accented and
// longer, as a translation would be. What shows without brackets is not in the catalogue;
// what is cut off has too little room.
import type { Sentences } from ".";

const PLAIN = "AaCcDdEeGgHhIiLlNnOoRrSsTtUuWwYyZz";
const ACCENTED = "ÅåÇçĎďÉéĜĝĤĥÎîĻļÑñÖöŔŕŠšŢţÛûŴŵÝýŽž";

export function accented(sentences: Sentences): Sentences {
  return Object.fromEntries(
    Object.entries(sentences).map(([code, one]) => [code, typeof one === "string" ? accent(one) : accented(one)]),
  );
}

/** Placeholders stay as they are: their names are the program's, and what they bring is data. */
function accent(sentence: string): string {
  const parts = sentence.split(/(\{\{.*?\}\})/);
  const said = parts.map((part, i) => (i % 2 === 1 ? part : [...part].map(letter).join(""))).join("");
  const letters = sentence.replaceAll(/\{\{.*?\}\}/g, "").length;
  return `[${said} ${"~".repeat(Math.ceil(letters / 4))}]`;
}

function letter(one: string): string {
  const at = PLAIN.indexOf(one);
  return at < 0 ? one : (ACCENTED[at] ?? one);
}
