import { describe, expect, it } from "vitest";
import type { Appointment } from "../backend";
import { choicesOf, firstChoice, phoneWords } from "./targets";

const base: Appointment = {
  id: "7",
  status: "booked",
  patient: { id: "p", name: "Ngozi Okafor", phones: [] },
  lastCall: null,
};
const daughter = { number: "+447700900318", ending: "0318", of: "RelatedPerson/d", name: "Chidinma Okafor" };
const own = { number: "+442079460503", ending: "0503", of: "Patient/p" };

describe("whom to call", () => {
  it("is the patient unless somebody chooses otherwise", () => {
    const choices = choicesOf({ ...base, phones: [daughter, own] });
    expect(firstChoice(choices)?.target).toEqual({
      appointment: "7",
      number: own.number,
      name: "Ngozi Okafor",
      ending: "0503",
    });
  });

  it("is never a related person by itself", () => {
    const choices = choicesOf({ ...base, phones: [daughter] });
    expect(choices.map(({ target }) => target.name)).toEqual(["Chidinma Okafor"]);
    expect(firstChoice(choices)).toBeUndefined();
    expect(firstChoice(choicesOf(base))).toBeUndefined();
  });

  it("tells mobiles from other numbers", () => {
    const words = (number: string) => phoneWords({ number, ending: number.slice(-4) });
    expect(words("+447700900142")).toBe("Mobile ending 0142");
    expect(words("+447624000142")).toBe("Mobile ending 0142");
    expect(words("+447000000142")).toBe("Phone ending 0142");
    expect(words("+442079460503")).toBe("Phone ending 0503");
  });
});
