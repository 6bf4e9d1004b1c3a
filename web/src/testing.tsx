// A screen in a test: the real providers around services that the test plays.
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { configure, render } from "@testing-library/react";
import type { ReactNode } from "react";
import { Router } from "wouter";
import { memoryLocation } from "wouter/memory-location";
import { createDrafts } from "./after/drafts";
import { createOwedLooks } from "./appointment/owedlooks";
import type { Backend, Call } from "./backend";
import type { Softphone, SoftphoneState } from "./calling/state";
import { loadUnfolded } from "./calling/unfolded";
import { clinicTime } from "./clinictime";
import type { Live, LiveState } from "./live/live";
import { type Services, ServicesProvider } from "./services";
import type { SessionState } from "./session/contract";

await loadUnfolded(); // as it is long before anybody calls
configure({ asyncUtilTimeout: 30_000 }); // for a machine that is very busy

export const IDLE: SoftphoneState = {
  call: null,
  trouble: null,
  microphone: "ok",
  microphones: [],
  speakers: [],
  microphoneId: "",
  speakerId: "",
  canChooseSpeaker: false,
  elsewhere: false,
};

const SIGNED_IN: SessionState = { kind: "in", name: "Dr Amara Okafor" };

function unexpected(): never {
  throw new Error("The test does not play this part.");
}

export interface Scene {
  backend?: Partial<Backend>;
  path?: string;
  /** As the screens find it; nothing happens on it. */
  phone?: SoftphoneState;
  /** What it is told. */
  serverSays?: (call: Call) => void;
  updates?: LiveState["updates"];
}

/** Services that do nothing but what the test gives them. */
export function scene({ backend = {}, phone = IDLE, serverSays, updates = "live" }: Scene = {}) {
  let liveState: LiveState = { updates, calls: new Map(), calledBack: new Map() };
  const listeners = new Set<() => void>();
  const live: Live = {
    getState: () => liveState,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start() {},
    stop() {},
  };
  const played: Backend = {
    day: unexpected,
    appointment: unexpected,
    calls: unexpected,
    note: unexpected,
    reveal: unexpected,
    me: async () => ({ clinician: true, auditor: false }),
    auditCalls: unexpected,
    auditTable: unexpected,
    auditCallers: async () => ({ clinicians: [] }),
    auditCall: unexpected,
    voiceToken: unexpected,
    events: unexpected,
    liveCalls: unexpected,
    participants: unexpected,
    candidates: unexpected,
    add: unexpected,
    change: unexpected,
    remove: unexpected,
    endCall: unexpected,
    available: unexpected,
    callRecording: unexpected,
    record: unexpected,
    reviewedCalls: unexpected,
    recordings: unexpected,
    deleteRecording: unexpected,
    sound: unexpected,
    ...backend,
  };
  const softphone = {
    getState: () => phone,
    subscribe: () => () => undefined,
    serverSays,
  } as unknown as Softphone;
  const services: Services = {
    settings: {
      organisation: "Riverside Clinic",
      language: "en-GB",
      timeZone: "Europe/London",
      issuer: "",
      clientId: "",
      base: "",
      publishEvents: false,
      version: "test",
      idleLockMinutes: 0,
    },
    session: { getState: () => SIGNED_IN, subscribe: () => () => true } as never,
    backend: played,
    live,
    softphone,
    drafts: createDrafts({ backend: played, softphone }),
    owedLooks: createOwedLooks(played),
    time: clinicTime("Europe/London"),
    idle: { getState: () => false, subscribe: () => () => true },
  };
  return {
    services,
    /** The server tells of a call. */
    tell(call: Call) {
      liveState = { ...liveState, calls: new Map([[call.appointment ?? "", [{ call, at: Date.now() }]]]) };
      for (const listener of listeners) listener();
    },
  };
}

export function show(screen: ReactNode, given: Scene = {}) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: "always" } } });
  const { services, tell } = scene(given);
  const place = memoryLocation({ path: given.path ?? "/", record: true });
  const view = render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <ServicesProvider services={services}>
          <Router hook={place.hook} searchHook={place.searchHook}>
            {screen}
          </Router>
        </ServicesProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return {
    ...view,
    client,
    place,
    services,
    tell,
  };
}
