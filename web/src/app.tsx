import { MantineProvider } from "@mantine/core";
import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { Router, useRoute } from "wouter";
import { SoftphoneProvider } from "./calling/context";
import { Pages } from "./pages";
import { Shell } from "./Shell";
import { type Services, ServicesProvider, usePhone, useServices, useSessionState } from "./services";
import { SignedIn } from "./session/SignedIn";
import { SignInPage } from "./session/SignInPage";
import { cssVariables, theme } from "./theme";

/** Mantine's own style elements carry the page's nonce. */
function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
}

export function App({ services, client }: { services: Services; client: QueryClient }) {
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

/** Who may see what: the pages, the sign-in, or its end. */
function Doors({ client }: { client: QueryClient }) {
  const session = useSessionState();
  const calling = usePhone(({ call }) => call !== null);
  const [returning] = useRoute("/signed-in");
  useLiveWhileSignedIn(client);
  if (returning) return <SignedIn />;
  // A call, or how it ended, outlives the session: the person signs in again beside it.
  if (session.kind === "in" || (session.kind === "lost" && calling)) {
    return (
      <Shell>
        <Pages />
      </Shell>
    );
  }
  return <SignInPage note={"note" in session ? session.note : undefined} />;
}

function useLiveWhileSignedIn(client: QueryClient) {
  const { live } = useServices();
  const session = useSessionState();
  const before = useRef("");
  const { kind } = session;
  const name = session.kind === "in" ? session.name : "";
  useEffect(() => {
    if (kind === "in") {
      // Signed in again, beside a call that went on. Another person must not see what the first one saw.
      if (before.current !== "" && before.current !== name) void client.resetQueries();
      else if (before.current !== "") void client.invalidateQueries();
      before.current = name;
      live.start();
      return () => live.stop();
    }
    if (kind === "out") {
      client.clear();
      live.stop(true);
    }
    return undefined;
  }, [kind, name, live, client]);
}
