import { beforeEach, describe, expect, it } from "vitest";
import { TAB } from "../session/tab";
import { forget, keepCutOff, nthAmong, recall, targetOf } from "./cutoff";
import { call, daughter, fakePhone, margaret } from "./playing";

const second = { ...margaret, number: "+441614960018", ending: "0018" };
const targets = [daughter, margaret, second];

beforeEach(() => {
  sessionStorage.clear();
  sessionStorage.setItem(TAB, "tab-1");
});

describe("what is left of a call whose page is lost", () => {
  it("is kept while it is live, without a name and without a number", () => {
    const { phone, change } = fakePhone();
    keepCutOff(phone, sessionStorage, (target) => nthAmong(targets, target));
    expect(recall(sessionStorage)).toBeNull();
    change({ call: call({ target: second, phase: "ringing" }) });
    const kept = recall(sessionStorage);
    expect(kept).toEqual({
      appointment: "a1",
      key: "CA00000000000000000000000000000001",
      recipient: "Patient/p1",
      nth: 1,
    });
    expect(Object.values(sessionStorage).join()).not.toMatch(/Margaret|0018|\+44/);
    expect(kept && targetOf(kept, targets)).toBe(second);
  });

  it("goes with a proper end, and with a call that never came about", () => {
    const { phone, change } = fakePhone({ call: call() });
    keepCutOff(phone, sessionStorage, () => undefined);
    expect(recall(sessionStorage)?.appointment).toBe("a1");
    change({ call: call({ phase: "ended" }) });
    expect(recall(sessionStorage)).toBeNull();
    change({ call: call({ phase: "preparing" }) });
    change({ call: null });
    expect(recall(sessionStorage)).toBeNull();
  });

  it("outlives the SDK, which hangs up when its page goes away", () => {
    const { phone, change } = fakePhone({ call: call() });
    keepCutOff(phone, sessionStorage, () => undefined);
    dispatchEvent(new Event("pagehide"));
    change({ call: call({ phase: "ended" }) });
    expect(recall(sessionStorage)?.appointment).toBe("a1");
    dispatchEvent(new Event("pageshow"));
    expect(recall(sessionStorage), "the page came back, and the call had ended").toBeNull();
  });

  it("outlives a page that just goes away, and is there until it is put away", () => {
    const { phone } = fakePhone({ call: call() });
    keepCutOff(phone, sessionStorage, () => undefined)();
    keepCutOff(fakePhone().phone, sessionStorage, () => undefined);
    expect(recall(sessionStorage)?.appointment, "the next page begins without a call").toBe("a1");
    forget(sessionStorage);
    expect(recall(sessionStorage)).toBeNull();
  });

  it("is not another tab's, which has a copy of this one's storage", () => {
    keepCutOff(fakePhone({ call: call() }).phone, sessionStorage, () => undefined);
    sessionStorage.setItem(TAB, "tab-2");
    expect(recall(sessionStorage)).toBeNull();
  });
});
