import { fileURLToPath } from "node:url";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The program under test, as `make build` makes it. */
export const binary = process.env.CARELINE ?? at("../../bin/careline");
/** Pictures, logs and traces of a run; emptied when one begins. */
export const artefacts = at("../artefacts");
export const toneFiles = at("../artefacts/tones");
/** The pictures of the README. */
export const pictures = at("../../docs/pictures");
export const readme = at("../../README.md");
