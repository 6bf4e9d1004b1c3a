import { expect, test } from "./fixtures";
import { photograph } from "./picture";

test("the check of this computer passes, and its report names nobody", async ({ desk }) => {
  const { page } = desk;
  await desk.signIn("Ms Grace Adeyemi", "/check");
  await expect(page.getByRole("heading", { name: "Check your equipment" })).toBeVisible();
  await photograph(page, "check-before");
  await page.getByRole("button", { name: "Start the check" }).click();
  await page.getByRole("button", { name: "Yes, I heard it" }).click();
  await expect(page.getByText("Everything works. You can make calls.").first()).toBeVisible();
  await page.getByText("Report for your IT team").click();
  const report = page.getByRole("textbox", { name: "Report" });
  await expect(report).toHaveValue(/You can make calls\./);
  await photograph(page, "check-after");
  const text = await report.inputValue();
  for (const id of ["browser", "https", "microphone", "token", "signalling", "media", "events", "speaker"]) {
    await expect(page.locator(`[data-check=${id}]`), text).toHaveAttribute("data-verdict", "pass");
  }
  expect(text).toContain("You can make calls.");
  expect(text).not.toMatch(/Adeyemi|Grace|\+44|eyJ|AC[0-9a-f]{32}|Fake Audio/);
});
