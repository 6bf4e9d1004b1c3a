// The settings of a clinic that adds people to calls and records them.
import type { Visit } from "./world";

/** In the clinic's directory. */
export const interpreter = { name: "Interpreter, Urdu", number: "+441614960377" } as const satisfies Partial<
  Visit & { name: string }
>;

const directory = [
  { id: "urdu", name: interpreter.name, role: "interpreter", number: interpreter.number, language: "ur" },
];

export const conference: Record<string, string> = {
  CONFERENCE: "true",
  CONFERENCE_DIRECTORY: JSON.stringify(directory),
  CONFERENCE_ALONE_SECONDS: "60",
};

export const recording: Record<string, string> = { RECORDING: "asked", RECORDING_RETENTION_DAYS: "30" };
