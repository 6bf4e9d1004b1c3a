import { afterEach, describe, expect, it } from "vitest";
import { BackendError, type NewNote, type Note } from "../backend";
import type { SoftphoneState } from "../calling/state";
import { IDLE } from "../testing";
import { createDrafts, type Drafts, isUnsaved, LONGEST, tooMany } from "./drafts";

const ABOUT = { name: "Margaret Ellis", appointment: "7" };
const AT = "2027-05-03T09:20:00Z";

const made: Drafts[] = [];

function scene() {
  const sent: [string, NewNote][] = [];
  let answer: (note: NewNote) => Promise<Note> = async (note) => ({ ...note, at: AT });
  let state = IDLE;
  const listeners = new Set<() => void>();
  const drafts = createDrafts({
    backend: {
      note(call, note) {
        sent.push([call, note]);
        return answer(note);
      },
    },
    softphone: {
      getState: () => state,
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  });
  made.push(drafts);
  return {
    drafts,
    sent,
    answers(next: typeof answer) {
      answer = next;
    },
    /** The phone is at this call, or at none. */
    phoneAt(callSid: string | undefined) {
      state = { ...IDLE, call: callSid ? ({ callSid } as SoftphoneState["call"]) : null };
      for (const listener of listeners) listener();
    },
    of: (call: string) => drafts.getState().get(call),
  };
}

const away = () => Promise.reject(new BackendError("unavailable", "The service is away."));
/** The browser asks before the page goes. */
const asksBeforeLeaving = () => !dispatchEvent(new Event("beforeunload", { cancelable: true }));

describe("drafts", () => {
  afterEach(() => {
    for (const drafts of made.splice(0)) drafts.clear();
  });

  it("save an outcome alone, a text alone, and both", async () => {
    const { drafts, sent, of } = scene();
    drafts.open("CA1", ABOUT);
    drafts.change("CA1", { outcome: "left-message" });
    expect(await drafts.save("CA1")).toBe(true);
    expect(of("CA1")?.state).toBe("saved");
    drafts.change("CA1", { text: "  Rings again on Monday. " });
    await drafts.save("CA1");
    drafts.change("CA1", { outcome: undefined });
    await drafts.save("CA1");
    drafts.change("CA1", { text: "" });
    await drafts.save("CA1");
    expect(sent.map(([, note]) => note)).toEqual([
      { outcome: "left-message" },
      { outcome: "left-message", text: "Rings again on Monday." },
      { text: "Rings again on Monday." },
      {},
    ]);
  });

  it("keep what was typed when it could not be saved, and say why", async () => {
    const { drafts, answers, of } = scene();
    answers(away);
    drafts.open("CA1", ABOUT);
    drafts.change("CA1", { text: "Rings again." });
    expect(await drafts.save("CA1")).toBe(false);
    expect(of("CA1")).toMatchObject({ state: "failed", text: "Rings again.", error: { code: "unavailable" } });
    answers(async (note) => ({ ...note, at: AT }));
    expect(await drafts.save("CA1")).toBe(true);
    expect(of("CA1")).toMatchObject({ state: "saved", text: "Rings again." });
  });

  it("are saved when the next call begins, or the call is put away", async () => {
    const { drafts, sent, phoneAt } = scene();
    phoneAt("CA1");
    drafts.open("CA1", ABOUT);
    drafts.change("CA1", { outcome: "not-reached" });
    phoneAt("CA1");
    expect(sent).toEqual([]);
    phoneAt("CA2");
    await expect.poll(() => sent).toEqual([["CA1", { outcome: "not-reached" }]]);
    drafts.open("CA2", ABOUT);
    drafts.change("CA2", { text: "Rings again." });
    phoneAt(undefined);
    await expect.poll(() => sent.at(-1)).toEqual(["CA2", { text: "Rings again." }]);
  });

  it("take what is written while a note is under way for another one", async () => {
    const { drafts, sent, answers, of } = scene();
    let arrive: (note: Note) => void = () => undefined;
    answers(() => new Promise((resolve) => (arrive = resolve)));
    drafts.open("CA1", ABOUT);
    drafts.change("CA1", { text: "Rings" });
    const first = drafts.save("CA1");
    await expect.poll(() => sent.length).toBe(1);
    drafts.change("CA1", { text: "Rings again." });
    const second = drafts.save("CA1");
    answers(async (note) => ({ ...note, at: AT }));
    arrive({ text: "Rings", at: AT });
    await first;
    expect(await second).toBe(true);
    expect(sent.map(([, { text }]) => text)).toEqual(["Rings", "Rings again."]);
    expect(of("CA1")).toMatchObject({ state: "saved", text: "Rings again." });
  });

  it("begin with what the service has, and give up nothing for it that is being written", () => {
    const { drafts, of } = scene();
    drafts.open("CA1", ABOUT, { outcome: "other", text: "As it was", at: AT });
    expect(of("CA1")).toMatchObject({ outcome: "other", text: "As it was" });
    drafts.change("CA1", { text: "As it is" });
    drafts.open("CA1", ABOUT, { text: "From elsewhere", at: "2027-05-03T09:30:00Z" });
    expect(of("CA1")?.text).toBe("As it is");
  });

  it("stay as saved when the record tells the same of them again", async () => {
    const { drafts, of } = scene();
    drafts.open("CA1", ABOUT);
    drafts.change("CA1", { outcome: "other" });
    await drafts.save("CA1");
    drafts.open("CA1", ABOUT, { outcome: "other", at: "2027-05-03T09:20:00.123Z" });
    expect(of("CA1")?.state).toBe("saved");
  });

  it("count by characters, as the service does, and do not send what it would not take", async () => {
    const { drafts, sent, of } = scene();
    expect(tooMany({ text: "😀".repeat(LONGEST) })).toBe(0);
    drafts.open("CA1", ABOUT);
    drafts.change("CA1", { text: "a".repeat(LONGEST + 1) });
    expect(await drafts.save("CA1")).toBe(false);
    expect(await drafts.saveAll()).toBe(1);
    expect(sent).toEqual([]);
    expect(of("CA1")?.text).toHaveLength(LONGEST + 1);
  });

  it("have the browser ask before the page goes, for as long as something is not saved", async () => {
    const { drafts } = scene();
    expect(asksBeforeLeaving()).toBe(false);
    drafts.open("CA1", ABOUT);
    expect(asksBeforeLeaving()).toBe(false);
    drafts.change("CA1", { text: "Rings again." });
    expect(asksBeforeLeaving()).toBe(true);
    await drafts.save("CA1");
    expect(asksBeforeLeaving()).toBe(false);
  });

  it("are all saved before a sign-out, but for what cannot be; and are forgotten with it", async () => {
    const { drafts, answers } = scene();
    for (const call of ["CA1", "CA2"]) {
      drafts.open(call, ABOUT);
      drafts.change(call, { text: call });
    }
    answers((note) => (note.text === "CA1" ? away() : Promise.resolve({ ...note, at: AT })));
    expect(await drafts.saveAll()).toBe(1);
    expect([...drafts.getState().values()].map(isUnsaved)).toEqual([true, false]);
    drafts.clear();
    expect(drafts.getState().size).toBe(0);
    expect(asksBeforeLeaving()).toBe(false);
  });
});
