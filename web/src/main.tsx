import "./styles";
import { QueryClient } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { createDrafts } from "./after/drafts";
import { App } from "./app";
import { createOwedLooks } from "./appointment/owedlooks";
import { createBackend } from "./backend";
import { browserSoftphone } from "./calling/browser";
import { inCall } from "./calling/joined";
import { roomOf } from "./calling/rooms";
import { clinicTime, speak } from "./clinictime";
import { createCaches } from "./live/caches";
import { createLive } from "./live/live";
import { queryOptions } from "./queries";
import type { Services } from "./services";
import { createCompany } from "./session/company";
import { createIdle } from "./session/idle";
import { createProvider } from "./session/provider";
import { createSession } from "./session/session";
import { ownTab } from "./session/tab";
import { readSettings, type Settings } from "./settings";
import { setLanguage, spokenIn } from "./words";

/** By then the first screen has what it needs. */
const IDLE = 5_000;

async function start(root: HTMLElement) {
  let settings: Settings;
  try {
    settings = readSettings();
  } catch (error) {
    root.textContent = error instanceof Error ? error.message : String(error);
    return;
  }
  speak(settings.language);
  await setLanguage(settings.language);
  document.documentElement.lang = spokenIn(settings.language);
  const home = location.origin + settings.base;
  const provider = createProvider({ issuer: settings.issuer, clientId: settings.clientId, home });
  const note = await ownTab({ storage: sessionStorage, locks: navigator.locks });
  const session = createSession({
    provider,
    storage: sessionStorage,
    shared: localStorage,
    home: `${home}/`,
    ...(note ? { note } : {}),
    go: (address) => location.assign(address),
    openWindow: (address) => window.open(address, "careline-sign-in", "popup,width=520,height=720") !== null,
    channel: new BroadcastChannel(`careline-sign-in${settings.base}`),
  });
  const company = createCompany(navigator.locks, settings.base);
  const arriving = location.pathname === `${settings.base}/signed-in`;
  if (!arriving && (await company.signedIn())) {
    const here = location.pathname.slice(settings.base.length) || "/";
    void session.signInSilently(here + location.search);
  }
  company.join(session);
  const client = new QueryClient({ defaultOptions: queryOptions });
  const caches = createCaches(client);
  const backend = createBackend({ base: settings.base, session });
  const device = crypto.randomUUID();
  const softphone = browserSoftphone(settings, {
    fetchToken: backend.voiceToken,
    endCall: backend.endCall,
    available: (ready) => backend.available(ready, device),
  });
  const live = createLive({
    backend,
    onCall(call) {
      softphone.serverSays(call);
      caches.heard(call);
    },
    onRoom(room) {
      softphone.roomSays(room.call, roomOf(room));
      caches.heardRoom(room);
    },
    onRecording: caches.heardRecording,
    onReturn: caches.refreshAll,
  });
  const drafts = createDrafts({ backend, softphone });
  const owedLooks = createOwedLooks(backend);
  const idle = createIdle({
    minutes: settings.idleLockMinutes,
    session,
    calls: {
      going: () => inCall(softphone.getState()) || softphone.getState().elsewhere,
      subscribe: (listener) => softphone.subscribe(listener),
    },
    shared: localStorage,
    page: window,
  });
  // What was written does not wait behind a lock.
  idle.subscribe(() => void (idle.getState() && drafts.saveAll()));
  const services: Services = {
    settings,
    session,
    backend,
    live,
    softphone,
    drafts,
    owedLooks,
    time: clinicTime(settings.timeZone),
    idle,
  };
  createRoot(root).render(<App services={services} client={client} />);
  setTimeout(() => void provider.prepare(), IDLE);
}

const root = document.getElementById("root");
if (root) void start(root);
