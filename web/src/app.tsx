import { MantineProvider } from "@mantine/core";
import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { Router, useRoute } from "wouter";
import { SoftphoneProvider } from "./calling/context";
import { refresh } from "./live/caches";
import { Pages } from "./pages";
import { useHearsOfCalls } from "./queries";
import { Shell } from "./Shell";
import { type Services, ServicesProvider, useInCall, usePhone, useServices, useSessionState } from "./services";
import { Locked } from "./session/Locked";
import { SignedIn } from "./session/SignedIn";
import { SignInPage } from "./session/SignInPage";
import { cssVariables, themeOf } from "./theme";

/** Mantine's own style elements carry the page's nonce. */
function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
}

export function App({ services, client }: { services: Services; client: QueryClient }) {
  const { brandColour } = services.settings;
  const theme = useMemo(() => themeOf(brandColour), [brandColour]);
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={styleNonce}
    >
      <QueryClientProvider client={client}>
        <ServicesProvider services={services}>
          <SoftphoneProvider softphone={services.softphone}>
            <Router base={services.settings.base}>
              <Doors client={client} />
            </Router>
          </SoftphoneProvider>
        </ServicesProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}

/** How a call ended can be read for so long after a session was lost. */
const AFTERWARDS = 3 * 60_000;

/** Who may see what: the pages, the sign-in, or its end. */
function Doors({ client }: { client: QueryClient }) {
  const session = useSessionState();
  const calling = useCallOutlivingSession();
  const [returning] = useRoute("/signed-in");
  useLiveWhileSignedIn(client);
  if (returning) return <SignedIn />;
  if (session.kind === "locked") return <Locked name={session.name} note={session.note} />;
  // A call, or how it ended, outlives the session: the person signs in again beside it.
  if (session.kind === "in" || ((session.kind === "lost" || session.kind === "other") && calling)) {
    return (
      <Shell>
        <Pages />
      </Shell>
    );
  }
  return <SignInPage note={"note" in session ? session.note : undefined} />;
}

/** Whether there is a call to stay for. Without a session an ended one is forgotten after a while. */
function useCallOutlivingSession(): boolean {
  const { session, softphone } = useServices();
  const { kind } = useSessionState();
  const live = useInCall();
  const endedAt = usePhone(({ call }) => (call?.phase === "ended" ? (call.endedAt ?? 0) : undefined));
  const asking = usePhone(({ call }) => call?.phase === "asking");
  const left = endedAt === undefined ? 0 : endedAt + AFTERWARDS - Date.now();
  useEffect(() => {
    // Everything on this page is still the first one's, down to the phone's token.
    if (kind === "other" && !live) session.handOver();
  }, [kind, live, session]);
  useEffect(() => {
    if (endedAt === undefined || (kind !== "lost" && kind !== "out")) return;
    const wait = kind === "out" ? 0 : Math.max(0, endedAt + AFTERWARDS - Date.now());
    const timer = setTimeout(() => softphone.clear(), wait);
    return () => clearTimeout(timer);
  }, [kind, endedAt, softphone]);
  useEffect(() => {
    // Yes would be another session's, or nobody's.
    if (asking && kind !== "in") softphone.clear();
  }, [asking, kind, softphone]);
  return live || (kind === "lost" && left > 0);
}

function useLiveWhileSignedIn(client: QueryClient) {
  const { live, drafts, owedLooks } = useServices();
  const { kind } = useSessionState();
  const hears = useHearsOfCalls();
  const back = useRef(false);
  useEffect(() => {
    if (kind === "in") {
      if (!hears) return undefined;
      // Signed in again, beside a call that went on: what is shown may be old.
      if (back.current) void refresh(client);
      back.current = true;
      live.start();
      return () => live.stop();
    }
    if (kind === "out") {
      back.current = false;
      client.clear();
      live.stop(true);
      drafts.clear();
      owedLooks.clear();
    }
    return undefined;
  }, [kind, hears, live, drafts, owedLooks, client]);
}
