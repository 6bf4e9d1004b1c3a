import { cleanup, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { Pages } from "./pages";
import { show } from "./testing";

const day = async () => ({ date: "", timeZone: "", appointments: [] });
const meet = (path: string, me: { clinician: boolean; auditor: boolean }) =>
  show(<Pages />, { path, backend: { day, me: async () => me } });

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

  it("have no calls for somebody who is no auditor", async () => {
    meet("/calls", { clinician: true, auditor: false });
    await screen.findByRole("heading", { level: 1, name: "Page not found" });
    expect(screen.getByRole("link", { name: "Go to today’s appointments" }).getAttribute("href")).toBe("/");
  });
});
