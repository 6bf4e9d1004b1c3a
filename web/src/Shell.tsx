import { Text } from "@mantine/core";
import {
  IconCalendarEvent,
  IconHeadphones,
  IconHelp,
  IconPhoneCall,
  IconPlayerPlay,
  IconUsers,
} from "@tabler/icons-react";
import { type ComponentType, type MouseEvent, type ReactNode, type RefObject, useEffect, useRef } from "react";
import { Link, useLocation } from "wouter";
import { Account } from "./Account";
import { UnsavedNotes } from "./after/UnsavedNotes";
import { CallDock } from "./calling/CallDock";
import { LiveNotice } from "./live/LiveNotice";
import { MicrophoneState } from "./MicrophoneState";
import { useMe } from "./queries";
import styles from "./Shell.module.css";
import { useServices } from "./services";
import { SessionLost } from "./session/SessionLost";
import { say } from "./words";

export function Shell({ children }: { children: ReactNode }) {
  const { settings } = useServices();
  const me = useMe();
  const top = useRef<HTMLDivElement>(null);
  useHeightOfTop(top);
  return (
    <div className={styles.shell}>
      <SkipLink />
      <div ref={top} className={styles.top}>
        <header className={styles.bar}>
          <div className={styles.header}>
            <Brand />
            <Pages />
            <div className={styles.tools}>
              {me.clinician && <MicrophoneState />}
              {settings.helpUrl && (
                <a href={settings.helpUrl} className={styles.help}>
                  <IconHelp aria-hidden size={20} />
                  {say("shell:help")}
                </a>
              )}
              <Account />
            </div>
          </div>
        </header>
        <SessionLost />
        <UnsavedNotes />
        <CallDock />
      </div>
      <main id="main" tabIndex={-1} className={styles.main}>
        <LiveNotice />
        {children}
      </main>
    </div>
  );
}

/** What sticks below the top, and what gets the focus, must know where the top ends: with a call in it, it is higher. */
function useHeightOfTop(top: RefObject<HTMLDivElement | null>) {
  useEffect(() => {
    const part = top.current;
    if (!part) return;
    const measure = () => {
      const sticks = getComputedStyle(part).position === "sticky";
      document.documentElement.style.setProperty("--cl-top", sticks ? `${part.offsetHeight}px` : "0px");
    };
    const seen = new ResizeObserver(measure);
    seen.observe(part);
    addEventListener("resize", measure); // a low window lets it scroll away
    return () => {
      seen.disconnect();
      removeEventListener("resize", measure);
    };
  }, [top]);
}

/** The document has a base address, so a link to "#main" would leave the page. */
function SkipLink() {
  const skip = (event: MouseEvent) => {
    event.preventDefault();
    document.getElementById("main")?.focus();
  };
  return (
    <a href={`${window.location.pathname}#main`} onClick={skip} className={styles.skip}>
      {say("shell:skip")}
    </a>
  );
}

/** The clinic's logo, or its name. */
function Brand() {
  const { settings } = useServices();
  if (settings.brandLogo) {
    return <img src={`${settings.base}/${settings.brandLogo}`} alt={settings.organisation} className={styles.logo} />;
  }
  return (
    <Text className={styles.organisation} fw={650}>
      {settings.organisation}
    </Text>
  );
}

function Pages() {
  const me = useMe();
  return (
    <nav aria-label={say("shell:main")}>
      <ul className={styles.nav}>
        {me.clinician && (
          <NavItem href="/" icon={IconCalendarEvent} also="/appointments/">
            {say("shell:today")}
          </NavItem>
        )}
        {me.auditor && (
          <NavItem href="/calls" icon={IconPhoneCall} also="/calls/">
            {say("shell:calls")}
          </NavItem>
        )}
        {me.reviewer && (
          <NavItem href="/recordings" icon={IconPlayerPlay}>
            {say("shell:recordings")}
          </NavItem>
        )}
        {me.supervisor && (
          <NavItem href="/live" icon={IconUsers}>
            {say("shell:live")}
          </NavItem>
        )}
        {me.clinician && (
          <NavItem href="/check" icon={IconHeadphones} name={say("shell:checkInFull")}>
            {say("shell:check")}
          </NavItem>
        )}
      </ul>
    </nav>
  );
}

interface NavItemProps {
  href: string;
  icon: ComponentType<{ "aria-hidden"?: boolean; size?: number }>;
  /** Pages below this path belong to it too. */
  also?: string;
  /** More than there is room for. */
  name?: string;
  children: ReactNode;
}

function NavItem({ href, icon: Icon, also, name, children }: NavItemProps) {
  const [location] = useLocation();
  const here = location === href;
  const within = also !== undefined && location.startsWith(also);
  return (
    <li>
      <Link
        href={href}
        aria-label={name}
        aria-current={here ? "page" : within ? "true" : undefined}
        className={here || within ? `${styles.link} ${styles.here}` : styles.link}
      >
        <Icon aria-hidden size={18} />
        {children}
      </Link>
    </li>
  );
}
