import { expect, test } from "./fixtures";
import { photograph } from "./picture";

test("a call is one line that changes by itself; its versions, for who asks, are the history of the FHIR Communication", async ({
  desk,
  world,
}) => {
  const visit = await world.visit("Raman", "Cartwright");
  await world.script(visit.number, { outcome: "manual", voice: "tone:440" });
  await desk.open(visit);
  await expect(desk.history).toContainText("No calls yet.");
  await desk.call();
  await world.rings(visit.number);
  const line = desk.history.locator("summary").first();
  await expect(line).toHaveText(/^Calling now, \d\d:\d\d$/);
  await expect(desk.moments().first(), "nothing opens by itself").toBeHidden();
  await photograph(desk.page, "history-ringing");
  await desk.unfold();
  await expect(desk.moments().first()).toContainText(`Ringing ${visit.patient}’s phone`);
  await world.act(visit.number, "answer");
  await expect(desk.moments().first()).toContainText(`${visit.patient} answered`);
  await desk.says("Connected");
  await world.act(visit.number, "hangup");
  await desk.says("Call ended", `Ended by ${visit.patient}`);
  await expect(line).toHaveText(/^(Spoke|Answered), \d+ s, \d\d:\d\d$/);
  await expect(desk.page.getByTestId("start-card").locator("..")).not.toContainText("Tried");
  const end = desk.moments().first();
  await expect(end).toContainText(/Call ended, \d+ s/);
  await expect(end).toContainText(/Version \d+/); // written, no longer being written
  await photograph(desk.page, "history-ended");

  // A report that comes late, such as of who answered, may still add a version.
  const [communication] = await world.communications(visit.patientId);
  let versions: Record<string, unknown>[] = [];
  let told: string[] = [];
  await expect(async () => {
    versions = await world.history(String(communication?.id));
    told = (await desk.moments().allInnerTexts()).reverse();
    expect(told).toHaveLength(versions.length);
    expect(told.at(-1)).toContain(`Version ${versions.length}`);
  }).toPass({ timeout: 60_000 });
  expect(versions.map(({ status }) => status).filter((status, i, all) => status !== all[i - 1])).toEqual([
    "preparation",
    "in-progress",
    "completed",
  ]);
  // Line by line, the page says what the version of the record says.
  for (const [i, version] of versions.entries()) {
    expect(told[i]).toContain(words(visit.patient)[callStatus(version)] ?? "Call started");
    expect(told[i]).toContain(`Version ${i + 1}`);
  }
});

const words = (patient: string): Record<string, string> => ({
  initiated: "Dialling",
  ringing: `Ringing ${patient}’s phone`,
  "in-progress": `${patient} answered`,
  completed: "Call ended",
});

interface Extension {
  url: string;
  valueString?: string;
  extension?: Extension[];
}

/** Twilio's own word, as the record keeps it beside FHIR's status. */
function callStatus(communication: Record<string, unknown>): string {
  const parts = ((communication.extension ?? []) as Extension[]).flatMap((one) => one.extension ?? []);
  return parts.find(({ url }) => url === "callStatus")?.valueString ?? "";
}
