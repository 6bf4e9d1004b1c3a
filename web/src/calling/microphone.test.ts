import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { realClock } from "./clock";
import { contexts, device, fakePage, makeContext } from "./fakepage";
import { levelOf } from "./meter";
import { createMicrophone, type Microphone } from "./microphone";
import { remembered } from "./remembered";
import { trouble } from "./troubles";

let p: ReturnType<typeof fakePage>;
let microphone: Microphone;
const make = (surroundings: Parameters<typeof createMicrophone>[0]["page"] = p.surroundings) => {
  microphone = createMicrophone({
    page: surroundings,
    makeContext,
    clock: realClock,
    remembered: remembered("microphone"),
  });
  return microphone;
};
const settled = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  contexts.length = 0;
  p = fakePage();
});
afterEach(() => {
  microphone.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe("the check", () => {
  it("opens the microphone, lets go of it and names the devices", async () => {
    expect(await make().check()).toBeUndefined();
    expect(p.opened[0]?.stop).toHaveBeenCalled();
    expect(microphone.getState()).toEqual({
      permission: "ok",
      microphones: [
        { id: "m1", label: "m1" },
        { id: "m2", label: "m2" },
      ],
      speakers: [{ id: "s1", label: "s1" }],
      chosen: "",
      lost: false,
    });
  });

  it("says it asks while the browser does", async () => {
    p.permits("prompt");
    const seen: string[] = [];
    make().onChange(() => seen.push(microphone.getState().permission));
    await microphone.check();
    expect(seen).toContain("asking");
    expect(microphone.getState().permission).toBe("ok");
  });

  it("is quick the second time, unless asked to look again or a device changed", async () => {
    make();
    for (const _ of [1, 2]) await microphone.check();
    expect(p.opened).toHaveLength(1);
    await microphone.check(true);
    expect(p.opened).toHaveLength(2);
    p.plug();
    await microphone.check();
    expect(p.opened).toHaveLength(3);
  });

  it("is one check for all who ask meanwhile", async () => {
    make();
    await Promise.all([microphone.check(), microphone.check()]);
    expect(p.opened).toHaveLength(1);
  });

  it("looks first whether the page is secure, then whether the browser can", async () => {
    const bare = { isSecureContext: false, navigator: {} };
    expect(await make(bare).check()).toEqual(trouble("insecure-page"));
    microphone.close();
    expect(await make({ ...bare, isSecureContext: true }).check()).toEqual(trouble("unsupported-browser"));
    microphone.close();
    const { RTCPeerConnection: _, ...noCalls } = p.surroundings;
    expect(await make(noCalls).check()).toEqual(trouble("unsupported-browser"));
    expect(p.getUserMedia).not.toHaveBeenCalled();
  });

  it("does not open the microphone where it is known to be denied", async () => {
    p.permits("denied");
    expect(await make().check()).toEqual(trouble("microphone-denied"));
    expect(p.getUserMedia).not.toHaveBeenCalled();
    expect(microphone.getState().permission).toBe("blocked");
  });

  it.each([
    ["NotFoundError", "", "prompt", "microphone-missing"],
    ["OverconstrainedError", "", "granted", "microphone-missing"],
    ["NotReadableError", "", "granted", "microphone-in-use"],
    ["AbortError", "", "granted", "microphone-in-use"],
    ["NotAllowedError", "Permission dismissed", "prompt", "microphone-dismissed"],
    ["NotAllowedError", "Permission denied by system", "prompt", "microphone-blocked-by-system"],
    ["NotAllowedError", "", "granted", "microphone-blocked-by-system"],
    ["SecurityError", "", "prompt", "microphone-dismissed"],
    ["TypeError", "", "granted", "unsupported-browser"],
  ] as const)("%s %s (%s) means %s", async (name, message, permission, kind) => {
    p.permits(permission);
    p.getUserMedia.mockRejectedValueOnce(Object.assign(new Error(message), { name }));
    expect(await make().check()).toEqual(trouble(kind));
    expect(microphone.getState().permission).toBe("blocked");
    expect(await microphone.check()).toBeUndefined();
    expect(microphone.getState().permission).toBe("ok");
  });

  it("takes a refusal for a denial where the browser tells no more", async () => {
    p.permits(new TypeError("microphone is not a permission"));
    p.getUserMedia.mockRejectedValueOnce(Object.assign(new Error(), { name: "NotAllowedError" }));
    expect(await make().check()).toEqual(trouble("microphone-denied"));
  });

  it("finds a denial that the person just chose", async () => {
    p.permits("prompt");
    p.getUserMedia.mockImplementationOnce(async () => {
      p.permits("denied");
      throw Object.assign(new Error("Permission denied"), { name: "NotAllowedError" });
    });
    expect(await make().check()).toEqual(trouble("microphone-denied"));
  });
});

describe("the chosen one", () => {
  it("is remembered by its id alone", async () => {
    await make().check();
    microphone.choose("m2");
    expect({ ...localStorage }).toEqual({ "careline.microphone": "m2" });
    microphone.close();
    await make().check();
    expect(microphone.getState().chosen).toBe("m2");
    expect(p.opened.at(-1)?.constraints).toEqual({ audio: { deviceId: { ideal: "m2" } } });
  });

  it("gives way while it is unplugged, and is back with it", async () => {
    await make().check();
    microphone.choose("m2");
    const all = p.devices.list;
    p.devices.list = all.slice(0, 1);
    p.plug();
    await settled();
    expect(microphone.getState()).toMatchObject({ chosen: "", lost: true, microphones: [{ id: "m1" }] });
    p.plug();
    await settled();
    expect(microphone.getState().lost, "another device came or went").toBe(true);
    p.devices.list = all;
    p.plug();
    await settled();
    expect(microphone.getState()).toMatchObject({ chosen: "m2", lost: false });
  });

  it("is not called lost when it was never here", async () => {
    localStorage.setItem("careline.microphone", "m9");
    await make().check();
    expect(microphone.getState()).toMatchObject({ chosen: "", lost: false });
  });

  it("devices without an id, before permission, are left out", async () => {
    p.devices.list = [device("audioinput", "", "")];
    make();
    await settled();
    expect(microphone.getState().microphones).toEqual([]);
  });
});

describe("the level", () => {
  it("is measured twenty times a second while somebody looks, and not a moment longer", async () => {
    await make().check();
    const levels: number[] = [];
    const stop = microphone.onLevel((level) => levels.push(level));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(levels.length).toBeGreaterThanOrEqual(20);
    expect(levels.length).toBeLessThanOrEqual(21);
    expect(levels.every((level) => level === 1)).toBe(true);
    stop();
    expect(p.opened.at(-1)?.stop).toHaveBeenCalled();
    expect(contexts[0]?.close).toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("never makes the browser ask", async () => {
    p.permits("prompt");
    make().onLevel(() => {});
    await settled();
    expect(p.getUserMedia).not.toHaveBeenCalled();
    await microphone.check();
    await settled();
    expect(p.opened).toHaveLength(2); // the check, then the meter
  });

  it("is one stream for all who look, of the chosen microphone, and none during a call", async () => {
    await make().check();
    const stops = [microphone.onLevel(() => {}), microphone.onLevel(() => {})];
    await settled();
    expect(p.opened).toHaveLength(2);
    microphone.choose("m2");
    await settled();
    expect(p.opened[1]?.stop).toHaveBeenCalled();
    expect(p.opened[2]?.constraints).toEqual({ audio: { deviceId: { ideal: "m2" } } });
    microphone.lend(true);
    expect(p.opened[2]?.stop).toHaveBeenCalled();
    microphone.lend(false);
    await settled();
    expect(p.opened).toHaveLength(4);
    for (const stop of stops) stop();
    expect(p.opened[3]?.stop).toHaveBeenCalled();
  });

  it("lets go of a microphone that opened after everybody left", async () => {
    await make().check();
    const stop = microphone.onLevel(() => {});
    stop();
    await settled();
    expect(p.opened.at(-1)?.stop).toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    [0, 0],
    [0.25, 1],
    [1, 1],
    [0.025, 0.6],
    [0.0001, 0],
  ])("of a wave of %d is %d", (sample, level) => {
    expect(levelOf(new Float32Array(64).fill(sample))).toBeCloseTo(level, 5);
  });
});
