import { ActionIcon, Text, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { IconCalendarEvent, IconHeadphones, IconListSearch, IconMoon, IconSun } from "@tabler/icons-react";
import type { ComponentType, MouseEvent, ReactNode } from "react";
import { Link, useLocation } from "wouter";
import { Account } from "./Account";
import { CallBar } from "./calling/CallBar";
import { LiveNotice } from "./live/LiveNotice";
import { MicrophoneState } from "./MicrophoneState";
import { useMe } from "./queries";
import styles from "./Shell.module.css";
import { useServices } from "./services";
import { SessionLost } from "./session/SessionLost";
import { say } from "./words";

export function Shell({ children }: { children: ReactNode }) {
  const { settings } = useServices();
  const auditor = useMe().data?.auditor === true;
  return (
    <div className={styles.shell}>
      <SkipLink />
      <div className={styles.top}>
        <header className={styles.header}>
          <Text className={styles.organisation} fw={650}>
            {settings.organisation}
          </Text>
          <div className={styles.tools}>
            <MicrophoneState />
            <ColourScheme />
            <Account />
          </div>
        </header>
        <SessionLost />
        <CallBar />
      </div>
      <nav className={styles.nav} aria-label="Main">
        <ul>
          <NavItem href="/" icon={IconCalendarEvent} also="/appointments/">
            Today
          </NavItem>
          {auditor && (
            <NavItem href="/calls" icon={IconListSearch} also="/calls/">
              {say("audit:title")}
            </NavItem>
          )}
          <NavItem href="/check" icon={IconHeadphones}>
            Check your equipment
          </NavItem>
        </ul>
      </nav>
      <main id="main" tabIndex={-1} className={styles.main}>
        <LiveNotice />
        {children}
      </main>
    </div>
  );
}

/** The document has a base address, so a link to "#main" would leave the page. */
function SkipLink() {
  const skip = (event: MouseEvent) => {
    event.preventDefault();
    document.getElementById("main")?.focus();
  };
  return (
    <a href={`${window.location.pathname}#main`} onClick={skip} className={styles.skip}>
      Skip to the main part
    </a>
  );
}

interface NavItemProps {
  href: string;
  icon: ComponentType<{ "aria-hidden"?: boolean; size?: number }>;
  /** Pages below this path belong to it too. */
  also?: string;
  children: ReactNode;
}

function NavItem({ href, icon: Icon, also, children }: NavItemProps) {
  const [location] = useLocation();
  const here = location === href;
  const within = also !== undefined && location.startsWith(also);
  return (
    <li>
      <Link
        href={href}
        aria-current={here ? "page" : within ? "true" : undefined}
        className={here || within ? `${styles.link} ${styles.here}` : styles.link}
      >
        <Icon aria-hidden size={20} />
        {children}
      </Link>
    </li>
  );
}

function ColourScheme() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const other = scheme === "dark" ? "light" : "dark";
  const label = `Use ${other} colours`;
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={label} title={label} onClick={() => setColorScheme(other)}>
      {other === "dark" ? <IconMoon aria-hidden size={20} /> : <IconSun aria-hidden size={20} />}
    </ActionIcon>
  );
}
