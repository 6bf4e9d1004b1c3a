import { describe, expect, it } from "vitest";
import { grouped } from "./grouped";

describe("grouped", () => {
  it.each([
    ["+447700900142", "07700 900142"],
    ["+442079460503", "020 7946 0503"],
    ["+441614960018", "0161 496 0018"],
    ["+441184960018", "0118 496 0018"],
    ["+441632960001", "01632 960001"],
    ["+443001234567", "0300 123 4567"],
    ["+4416977123", "+4416977123"],
    ["+12025550123", "+1 202 555 0123"],
    ["+33123456789", "+33123456789"],
  ])("reads %s out as %s", (number, read) => {
    expect(grouped(number, "en-GB")).toBe(read);
  });

  it("leaves the country's code where the reader is elsewhere", () => {
    expect(grouped("+447700900142", "en-IE")).toBe("+44 7700 900142");
  });

  it("loses no digit", () => {
    expect(grouped("+44800111111", "en-GB").replaceAll(" ", "")).toBe("0800111111");
  });
});
