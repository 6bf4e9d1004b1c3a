// The numbers of an appointment: what each is for, in full on request, and who rang back.
import { expect, test } from "./fixtures";
import { photograph } from "./picture";

test("each number is called by what it is for, and shown in full only on request", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  const { page } = desk;
  await desk.open(visit);
  const mobile = page.getByRole("radio", { name: `${visit.patient} Mobile ending 0142` });
  const home = page.getByRole("radio", { name: new RegExp(`${visit.patient} Home ending \\d{4}`) });
  await expect(mobile).toBeChecked();
  await expect(page.getByText("Chosen", { exact: true })).toHaveCount(1);
  await home.check();
  await expect(page.getByText("Chosen", { exact: true })).toHaveCount(1);
  await photograph(page, "numbers");

  await expect(page.getByText("07700 900142")).toHaveCount(0);
  const show = page.getByRole("button", { name: "Show number ending 0142 in full" });
  await show.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByText("07700 900142")).toBeVisible();
  await expect(page.getByRole("button", { name: "Hide the number ending 0142" })).toBeFocused();
  await expect(page.getByRole("button", { name: "Copy the number ending 0142" })).toBeVisible();
  await photograph(page, "numbers-shown");
  await page.getByRole("link", { name: "Today", exact: true }).click();
  await page.goBack();
  await expect(show, "it is hidden again with the page").toBeVisible();
  await expect(page.getByText("07700 900142")).toHaveCount(0);
});

test("who rang back is told at once, and taken for nobody", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Rahman");
  const { page } = desk;
  await desk.open(visit);
  await expect(page.getByText(/^Called back at/)).toHaveCount(0);
  const before = await world.communications(visit.patientId);
  await world.ringBack(visit.number);
  const notice = page
    .getByRole("main")
    .getByRole("status")
    .filter({ hasText: /Called back at \d\d:\d\d/ });
  await expect(notice).toContainText(/A call came from .*ending \d{4}. Whoever rang may/);
  await photograph(page, "called-back");
  await page.reload();
  await expect(notice).toBeVisible();
  expect(await world.communications(visit.patientId), "nothing of it is in the record").toEqual(before);

  // Answered by a call, it is no news any more.
  await desk.talk(visit);
  await expect(notice).toHaveCount(0);
  await desk.button("End call").click();
  await desk.says("Call ended", "Ended by you");
});
