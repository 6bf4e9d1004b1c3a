import { Button, Stack, Text } from "@mantine/core";
import { Component, lazy, type ReactNode, Suspense, useEffect } from "react";
import { Link, Redirect, Route, Switch, useLocation } from "wouter";
import { PageHeading, Problem } from "./page";
import { useMe } from "./queries";
import { useTitle } from "./title";
import { TodayPage } from "./today/TodayPage";

const loadAppointment = () => import("./appointment/AppointmentPage");
const AppointmentPage = lazy(loadAppointment);
const AuditPage = lazy(() => import("./audit/AuditPage"));
const CheckPage = lazy(() => import("./check/CheckPage"));

export function Pages() {
  const [location] = useLocation();
  const me = useMe().data;
  const auditorOnly = me?.auditor === true && !me.clinician;
  useEffect(() => {
    // Fetched while the day is being read, so that "Open" opens at once.
    const timer = setTimeout(() => void loadAppointment().catch(() => undefined), 1_000);
    return () => clearTimeout(timer);
  }, []);
  return (
    <PageBoundary key={location}>
      <Suspense fallback={<p className="cl-late">Loading…</p>}>
        <Switch>
          <Route path="/">{auditorOnly ? <Redirect to="/calls" replace /> : <TodayPage />}</Route>
          <Route path="/appointments/:id">{({ id }) => <AppointmentPage key={id} id={id} />}</Route>
          <Route path="/calls" component={AuditPage} />
          <Route path="/calls/:key" component={AuditPage} />
          <Route path="/check" component={CheckPage} />
          <Route>
            <NotFound />
          </Route>
        </Switch>
      </Suspense>
    </PageBoundary>
  );
}

function NotFound() {
  useTitle("No such page");
  return (
    <Stack align="flex-start">
      <PageHeading>There is no such page</PageHeading>
      <Text>The address may be old or mistyped.</Text>
      <Button component={Link} href="/">
        Go to today’s appointments
      </Button>
    </Stack>
  );
}

function reload(): undefined {
  location.reload();
}

/** A page that breaks takes neither the call bar nor the navigation with it. */
class PageBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === undefined) return this.props.children;
    return (
      <Problem title="This page could not be shown" error={this.state.error} onRetry={reload}>
        <Text size="sm">“Try again” loads the page anew. Finish your call first, if you are in one.</Text>
      </Problem>
    );
  }
}
