// A softphone for tests of screens: it shows what it is told to and remembers what was asked of it.
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render } from "@testing-library/react";
import type { ReactNode } from "react";
import { vi } from "vitest";
import { Router } from "wouter";
import { memoryLocation } from "wouter/memory-location";
import { createDrafts } from "../after/drafts";
import type { Me } from "../backend";
import { clinicTime } from "../clinictime";
import { type Services, ServicesProvider } from "../services";
import type { SessionState } from "../session/contract";
import { SoftphoneProvider } from "./context";
import type { CallState, Softphone, SoftphoneState, Target, TroubleKind } from "./state";
import { trouble } from "./troubles";
import { loadUnfolded } from "./unfolded";

await loadUnfolded(); // as it is long before anybody calls

export const margaret: Target = {
  appointment: "a1",
  number: "+447700900142",
  recipient: "Patient/p1",
  name: "Margaret Ellis",
  ending: "0142",
};
export const john: Target = {
  appointment: "a2",
  number: "+447700900143",
  recipient: "Patient/p2",
  name: "John Adeyemi",
  ending: "0143",
};
/** Of Margaret Ellis's appointment. */
export const daughter: Target = {
  appointment: "a1",
  number: "+447700900318",
  recipient: "RelatedPerson/d1",
  name: "Anna Ellis",
  relation: "daughter",
  ending: "0318",
};

/** 09:12:00 at the clinic. */
export const noon = Date.parse("2027-05-03T08:12:00Z");

export function call(change: Partial<CallState> = {}): CallState {
  return {
    phase: "connected",
    target: margaret,
    callSid: "CA00000000000000000000000000000001",
    startedAt: noon,
    ringingAt: noon,
    answeredAt: noon,
    muted: false,
    quality: "good",
    digits: "",
    ...change,
  };
}

export const ringing: Partial<CallState> = { phase: "ringing" };

export function troubled(kind: TroubleKind, target?: Target): Partial<SoftphoneState> {
  return { trouble: trouble(kind, target), microphone: kind.startsWith("microphone-") ? "blocked" : "ok" };
}

export function fakePhone(first: Partial<SoftphoneState> = {}) {
  let state: SoftphoneState = {
    call: null,
    trouble: null,
    microphone: "ok",
    microphones: [
      { id: "m1", label: "Headset" },
      { id: "m2", label: "Built-in microphone" },
    ],
    speakers: [{ id: "s1", label: "Headset" }],
    microphoneId: "m1",
    speakerId: "s1",
    canChooseSpeaker: true,
    elsewhere: false,
    ...first,
  };
  const listeners = new Set<() => void>();
  const levels = new Set<(level: number) => void>();
  const phone = {
    getState: () => state,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    call: vi.fn(async () => {}),
    confirm: vi.fn(async () => {}),
    again: vi.fn(async () => {}),
    rejoin: vi.fn(async () => {}),
    end: vi.fn(),
    stay: vi.fn(),
    beRung: vi.fn(),
    answer: vi.fn(async () => {}),
    decline: vi.fn(),
    leave: vi.fn(),
    setMuted: vi.fn(),
    press: vi.fn(),
    clear: vi.fn(),
    checkMicrophone: vi.fn(async () => {}),
    chooseMicrophone: vi.fn(async () => {}),
    chooseSpeaker: vi.fn(async () => {}),
    playTestSound: vi.fn(async () => {}),
    onInputLevel(listener: (level: number) => void) {
      levels.add(listener);
      return () => levels.delete(listener);
    },
    onOutputLevel: () => () => {},
    serverSays: vi.fn(),
    roomSays: vi.fn(),
    close: vi.fn(),
  } satisfies Softphone;
  return {
    phone,
    levels,
    change(next: Partial<SoftphoneState>) {
      act(() => {
        state = { ...state, ...next };
        for (const listener of listeners) listener();
      });
    },
  };
}

const me: Me = { clinician: true, auditor: false };
const signedIn: SessionState = { kind: "in", name: "Dr Amara Okafor" };

export function show(screen: ReactNode, first: Partial<SoftphoneState> = {}, more: Partial<Services> = {}) {
  const fake = fakePhone(first);
  const backend = {
    appointment: () => new Promise(() => {}),
    calls: () => new Promise(() => {}),
    me: async () => me,
    ...more.backend,
  };
  const live = { updates: "live", calls: new Map(), calledBack: new Map() };
  const services = {
    session: { getState: () => signedIn, subscribe: () => () => true },
    settings: {
      timeZone: "Europe/London",
      language: "en-GB",
      version: "1.2.3",
      base: "",
      organisation: "",
      issuer: "",
      clientId: "",
    },
    time: clinicTime("Europe/London"),
    softphone: fake.phone,
    live: { getState: () => live, subscribe: () => () => {} },
    backend,
    drafts: createDrafts({ backend: backend as Services["backend"], softphone: fake.phone }),
    ...more,
  } as Services;
  const place = memoryLocation({ path: "/appointments/a1", record: true });
  const client = new QueryClient();
  const view = render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <ServicesProvider services={services}>
          <SoftphoneProvider softphone={fake.phone}>
            <Router hook={place.hook}>{screen}</Router>
          </SoftphoneProvider>
        </ServicesProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { ...view, ...fake, place, client };
}
