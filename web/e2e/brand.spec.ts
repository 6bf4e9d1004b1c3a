// The clinic's own: its logo, its colour and the way to a patient's chart.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Desk } from "./desk";
import { expect, test } from "./fixtures";
import { isWhole } from "./layout";
import { photograph } from "./picture";

const logo = join(mkdtempSync(join(tmpdir(), "careline-brand-")), "logo.svg");
writeFileSync(
  logo,
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 32" width="120" height="32"><rect width="120" height="32" rx="6" fill="#6d28d9"/><circle cx="16" cy="16" r="8" fill="#fff"/></svg>`,
);

test.use({
  settings: { BRAND_LOGO: logo, BRAND_COLOUR: "#6d28d9", CHART_URL: "https://chart.example.org/patients/{patient}" },
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`the clinic’s logo, colour and chart, in ${colorScheme} colours`, async ({ open, world }) => {
    const visit = await world.visit("Adeyemi", "Rahman");
    const desk = new Desk(await open({ colorScheme }), world);
    const { page } = desk;
    await desk.open(visit);

    const shown = page.getByRole("banner").getByRole("img");
    await expect(shown).toBeVisible();
    expect(await shown.evaluate((one: HTMLImageElement) => one.complete && one.naturalWidth)).toBeGreaterThan(0);
    const ground = await desk.callButton.evaluate((one) => getComputedStyle(one).backgroundColor);
    expect(ground, "the accent is the clinic’s").toBe("rgb(109, 40, 217)");

    const chart = page.getByRole("main").getByRole("link", { name: /Open the chart/ });
    await expect(chart).toHaveAttribute("href", `https://chart.example.org/patients/${visit.patientId}`);
    await expect(chart).toHaveAttribute("target", "_blank");
    await isWhole(page, `an appointment of the clinic’s own, ${colorScheme}`);
    await photograph(page, `brand-${colorScheme}`);

    await world.script(visit.number, { outcome: "busy" });
    await desk.call();
    await desk.says("Line busy");
    await expect(desk.dock.getByRole("link", { name: `Open the chart of ${visit.patient}` })).toBeVisible();
    await expect(desk.dock).toContainText(/Tried (once|\d+ times), not reached/);
    const { height = 0 } = (await desk.dock.boundingBox()) ?? {};
    expect(height, "with all that it says it is small").toBeLessThanOrEqual(180);
    await isWhole(page, `after a call of the clinic’s own, ${colorScheme}`);
    await photograph(page, `brand-${colorScheme}-after`);
    await desk.button("Close").click();
  });
}
