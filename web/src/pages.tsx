import { Button, Stack, Text } from "@mantine/core";
import { Component, lazy, type ReactNode, Suspense, useEffect, useRef } from "react";
import { Link, Redirect, Route, Switch, useLocation, useRoute } from "wouter";
import { useSignOut } from "./after/use";
import type { Me } from "./backend";
import { PageHeading, Problem } from "./page";
import { useMe } from "./queries";
import { useServices } from "./services";
import { useTitle } from "./title";
import { beginning, PlaceProvider } from "./today/place";
import { TodayPage } from "./today/TodayPage";
import { say } from "./words";

const loadAppointment = () => import("./appointment/AppointmentPage");
const AppointmentPage = lazy(loadAppointment);
const CheckPage = lazy(() => import("./check/CheckPage"));
const AuditPage = lazy(() => import("./audit/AuditPage"));
const LivePage = lazy(() => import("./supervisor/LivePage"));
const ReviewPage = lazy(() => import("./reviewer/ReviewPage"));

/** The first page of each who there is, in the order in which they are looked for. */
const HOMES = [
  ["clinician", "/", "today"],
  ["auditor", "/calls", "calls"],
  ["reviewer", "/recordings", "recordings"],
  ["supervisor", "/live", "live"],
] as const;

function homeOf(me: Me): (typeof HOMES)[number] | undefined {
  return HOMES.find(([role]) => me[role]);
}

export function Pages() {
  const [location] = useLocation();
  const me = useMe();
  const place = useRef(beginning());
  useEffect(() => {
    // Fetched while the day is being read, so that an appointment opens at once.
    const timer = setTimeout(() => void loadAppointment().catch(() => undefined), 1_000);
    return () => clearTimeout(timer);
  }, []);
  const [onDay] = useRoute("/");
  const [onAppointment, opened] = useRoute("/appointments/:id");
  const home = homeOf(me);
  if (!home) return <NoRole />;
  if (me.clinician && (onDay || onAppointment)) {
    return (
      <PlaceProvider value={place.current}>
        <PageBoundary key="day">
          <DayAndAppointment id={onAppointment ? opened.id : undefined} />
        </PageBoundary>
      </PlaceProvider>
    );
  }
  return (
    <PageBoundary key={location}>
      <Suspense fallback={<Loading />}>
        <Switch>
          {me.clinician && <Route path="/check" component={CheckPage} />}
          {me.auditor && <Route path="/calls" component={AuditPage} />}
          {me.auditor && <Route path="/calls/:key" component={AuditPage} />}
          {me.reviewer && <Route path="/recordings" component={ReviewPage} />}
          {me.supervisor && <Route path="/live" component={LivePage} />}
          {!me.clinician && <Route path="/">{<Redirect to={home[1]} replace />}</Route>}
          <Route>
            <NotFound />
          </Route>
        </Switch>
      </Suspense>
    </PageBoundary>
  );
}

/** One page for both, so that the list stays as it is while appointments come and go beside it. */
function DayAndAppointment({ id }: { id: string | undefined }) {
  if (id === undefined) return <TodayPage />;
  return (
    <TodayPage open={id}>
      <PageBoundary key={id}>
        <Suspense fallback={<Loading />}>
          <AppointmentPage id={id} />
        </Suspense>
      </PageBoundary>
    </TodayPage>
  );
}

function Loading() {
  return <p className="cl-late">{say("shell:loading")}</p>;
}

function NotFound() {
  const [, href, page] = homeOf(useMe()) ?? HOMES[0];
  useTitle(say("shell:notFound.title"));
  return (
    <Stack align="flex-start">
      <PageHeading>{say("shell:notFound.title")}</PageHeading>
      <Text>{say("shell:notFound.note")}</Text>
      <Button component={Link} href={href}>
        {say(`shell:notFound.${page}`)}
      </Button>
    </Stack>
  );
}

/** Signed in, and nothing here is for them: trying again or another connection would not help. */
function NoRole() {
  const { settings } = useServices();
  const leave = useSignOut();
  useTitle(say("shell:noRole.title"));
  return (
    <Stack align="flex-start">
      <PageHeading>{say("shell:noRole.title")}</PageHeading>
      <Text>{say("shell:noRole.note", { organisation: settings.organisation })}</Text>
      <Button onClick={() => void leave()}>{say("shell:noRole.signOut")}</Button>
    </Stack>
  );
}

function reload(): undefined {
  location.reload();
}

/** A page that breaks takes neither the call nor the navigation with it. */
class PageBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === undefined) return this.props.children;
    return (
      <Problem title={say("shell:broken.title")} error={this.state.error} onRetry={reload}>
        <Text size="sm">{say("shell:broken.note")}</Text>
      </Problem>
    );
  }
}
