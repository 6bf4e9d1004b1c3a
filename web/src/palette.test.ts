import { expect, it } from "vitest";
import { OWN_ACCENT, shades } from "./palette";

it("mixes ten shades around the accent, light to dark", () => {
  const ten = shades(OWN_ACCENT);
  expect(ten).toHaveLength(10);
  expect(ten[7]).toBe(OWN_ACCENT);
  expect(shades("#000000")[0]).toBe("#e8e8e8");
  expect(shades("#ffffff")[9]).toBe("#9e9e9e");
  const light = (shade: string) => [1, 3, 5].reduce((sum, at) => sum + Number.parseInt(shade.slice(at, at + 2), 16), 0);
  const sums = ten.map(light);
  expect(sums).toEqual([...sums].sort((a, b) => b - a));
});
