import { afterEach, describe, expect, it } from "vitest";
import { ageOn, birthDay, clinicTime, duration, isDay, machineTime, shiftDay, speak } from "./clinictime";

describe("the clinic's time", () => {
  const london = clinicTime("Europe/London");

  it("is the clinic's, summer and winter, and midnight is 00:00", () => {
    expect(london.clock("2027-05-03T08:05:00Z")).toBe("09:05");
    expect(london.exact("2027-01-03T00:00:07Z")).toBe("00:00:07");
    expect(london.dayOf("2027-05-03T23:30:00Z")).toBe("2027-05-04");
    expect(london.longDay("2027-05-03")).toBe("Monday 3 May 2027");
  });

  it("names the day only when it is another", () => {
    const now = Date.parse("2027-05-03T12:00:00Z");
    expect(london.when("2027-05-03T08:12:00Z", now)).toBe("09:12");
    expect(london.when("2027-05-02T08:12:00Z", now)).toBe("2 May 2027, 09:12");
  });

  it("says that a broken time is not known", () => {
    expect(london.clock("2027-05-03T09:75:00Z")).toBe("time unknown");
    expect(london.when("", Date.now())).toBe("time unknown, time unknown");
    expect([machineTime("never"), machineTime(0)]).toEqual([undefined, "1970-01-01T00:00:00.000Z"]);
  });

  it("steps over the ends of months and years", () => {
    expect(shiftDay("2027-03-01", -1)).toBe("2027-02-28");
    expect(shiftDay("2027-12-31", 1)).toBe("2028-01-01");
    expect([isDay("2027-05-03"), isDay("2027-13-01"), isDay("today"), isDay(null)]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

describe("a day in another country", () => {
  afterEach(() => speak("en-GB"));

  it("is named in the language of the sentences around it", () => {
    speak("pl-PL");
    const warsaw = clinicTime("Europe/Warsaw");
    expect(warsaw.longDay("2027-05-03")).toMatch(/^Monday,? 3 May 2027$/);
    expect(warsaw.weekdays().map(({ long }) => long)[0]).toBe("Monday");
    expect(birthDay("1956-05")).toBe("May 1956");
  });

  it("is written as that country's English has it", () => {
    speak("en-US");
    expect(clinicTime("America/New_York").longDay("2027-05-03")).toBe("Monday, May 3, 2027");
  });
});

describe("a date of birth", () => {
  it("is shown as far as it is known", () => {
    expect(["1956-05-03", "1956-05", "1956", "?"].map(birthDay)).toEqual(["3 May 1956", "May 1956", "1956", "?"]);
  });

  it("gives an age only when it is whole, and only from the birthday on", () => {
    expect(ageOn("1956-05-03", "2027-05-02")).toBe(70);
    expect(ageOn("1956-05-03", "2027-05-03")).toBe(71);
    expect(ageOn("2028-02-29", "2029-02-28")).toBe(0);
    expect(ageOn("1956-05", "2027-05-03")).toBeUndefined();
  });
});

it("lengths are told in minutes and seconds", () => {
  expect([0, 59, 60, 363].map(duration)).toEqual(["0 s", "59 s", "1 min", "6 min 3 s"]);
});
