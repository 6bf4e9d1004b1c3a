import { cleanup, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import type { Me } from "./backend";
import { Pages } from "./pages";
import { show } from "./testing";

const day = async () => ({ date: "", timeZone: "", appointments: [] });
const liveCalls = async () => ({ calls: [] });
const reviewedCalls = liveCalls;
const meet = (path: string, me: Me) =>
  show(<Pages />, { path, backend: { day, liveCalls, reviewedCalls, me: async () => me } });

describe("the pages", () => {
  afterEach(cleanup);

  it("tell somebody without a role whom to ask, and nothing of their connection", async () => {
    meet("/", { clinician: false, auditor: false });
    await screen.findByRole("heading", { level: 1, name: "You cannot see appointments yet" });
    screen.getByText(/Ask whoever manages accounts at Riverside Clinic/);
    expect(screen.queryByText(/connection/)).toBeNull();
  });

  it("lead an auditor who is no clinician to the calls", async () => {
    const { place } = meet("/", { clinician: false, auditor: true });
    await expect.poll(() => place.history.at(-1)).toBe("/calls");
  });

  it.each<[Partial<Me>, string, string]>([
    [{ supervisor: true }, "/live", "Live calls"],
    [{ reviewer: true }, "/recordings", "Recordings"],
    [{ reviewer: true, supervisor: true }, "/recordings", "Recordings"],
  ])("lead whoever is %o and nothing else to %s", async (more, path, heading) => {
    const { place } = meet("/", { clinician: false, auditor: false, ...more });
    await screen.findByRole("heading", { level: 1, name: heading });
    expect(place.history.at(-1)).toBe(path);
  });

  it.each(["/live", "/recordings"])("have no %s for whoever has not that role, and lead them home", async (path) => {
    meet(path, { clinician: false, auditor: true });
    const home = await screen.findByRole("link", { name: "Go to the calls" });
    screen.getByRole("heading", { level: 1, name: "Page not found" });
    expect(home.getAttribute("href")).toBe("/calls");
  });

  it("have no calls for somebody who is no auditor", async () => {
    meet("/calls", { clinician: true, auditor: false });
    await screen.findByRole("heading", { level: 1, name: "Page not found" });
    expect(screen.getByRole("link", { name: "Go to today’s appointments" }).getAttribute("href")).toBe("/");
  });
});
