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
      recipient: "Patient/p",
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

  it("is told by their own name, and by what they are to the patient", () => {
    const names = (appointment: Appointment) =>
      choicesOf(appointment).map(({ target }) => [target.name, target.relation]);
    const { name: _, ...nameless } = daughter;
    const phones = [
      { ...daughter, relation: "daughter" },
      daughter,
      { ...nameless, relation: "daughter" },
      nameless,
      own,
    ];
    expect(names({ ...base, phones })).toEqual([
      ["Chidinma Okafor", "daughter"],
      ["Chidinma Okafor", "related person"],
      ["the patient’s daughter", undefined],
      ["the related person", undefined],
      ["Ngozi Okafor", undefined],
    ]);
    expect(names({ ...base, patient: { id: "p", phones: [] }, phones: [own] })).toEqual([["the patient", undefined]]);
  });

  it("of a group is each patient by their own name, and none by itself", () => {
    const alan = { id: "a", name: "Alan Smith", birthDate: "1950-05-05", phones: [] };
    const beth = { id: "b", name: "Beth Smith", birthDate: "1952-01-02", phones: [] };
    const shared = { number: own.number, ending: own.ending };
    const phones = [
      { ...shared, of: "Patient/a", patient: "Patient/a" },
      { ...shared, of: "Patient/b", patient: "Patient/b" },
      { ...daughter, patient: "Patient/b", relation: "daughter" },
    ];
    const choices = choicesOf({ ...base, patient: alan, patients: [alan, beth], phones });
    expect(choices.map(({ target, own, of, born }) => [target.name, target.recipient, own, of ?? born])).toEqual([
      ["Alan Smith", "Patient/a", true, "1950-05-05"],
      ["Beth Smith", "Patient/b", true, "1952-01-02"],
      ["Chidinma Okafor", "RelatedPerson/d", false, "Beth Smith"],
    ]);
    expect(new Set(choices.map(({ id }) => id)).size, "one for each person").toBe(3);
    expect(firstChoice(choices), "never a guess between two patients").toBeUndefined();
  });

  it.each([
    ["booked", false, undefined],
    ["cancelled", false, ["cancelled"]],
    ["noshow", false, ["missed"]],
    ["entered-in-error", false, ["mistake"]],
    ["booked", true, ["deceased"]],
    ["cancelled", true, ["deceased", "cancelled"]],
  ])("is asked about first when %s, deceased %s", (status, deceased, doubts) => {
    const [choice] = choicesOf({ ...base, status, phones: [{ ...own, ...(deceased ? { deceased } : {}) }] });
    expect(choice?.target.doubts).toEqual(doubts);
  });

  it("may be asked for by an extension", () => {
    const [choice] = choicesOf({ ...base, phones: [{ ...own, extension: "123" }] });
    expect(choice?.label).toBe("Phone ending 0503, ask for extension 123");
    expect(choice?.target.extension).toBe("123");
  });

  it("tells mobiles from other numbers", () => {
    const words = (number: string) => phoneWords({ number, ending: number.slice(-4) });
    expect(words("+447700900142")).toBe("Mobile ending 0142");
    expect(words("+447624000142")).toBe("Mobile ending 0142");
    expect(words("+447000000142")).toBe("Phone ending 0142");
    expect(words("+442079460503")).toBe("Phone ending 0503");
  });
});
