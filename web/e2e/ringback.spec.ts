// A member's phone rings the clinic's number: what stands behind every "called back".
import { expect, test } from "./fixtures";
import { Handset } from "./handset";
import { photograph } from "./picture";

test("a phone rings the clinic, hears its words, and may hang up before they end", async ({ world, open }) => {
  const visit = await world.visit("Adeyemi", "Cartwright");
  const handset = new Handset(await open(), world);
  await handset.open(visit);

  const clinic = handset.page.getByRole("region", { name: "Call the clinic" });
  await handset.button("Call the clinic").click();
  await expect(clinic.getByRole("status")).toContainText("You hear: “Thank you for calling");
  await photograph(handset.page, "phone-calls-the-clinic");
  await handset.button("Hang up").click();
  await expect(clinic.getByRole("status")).toContainText("The call is over.");
  await expect(handset.button("Call the clinic")).toBeVisible();
});
