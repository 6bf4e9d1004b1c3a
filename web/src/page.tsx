// What every page has: a heading that takes the focus on the way in, and the
// ways to say that something is wrong.
import { Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconCopy, IconRefresh } from "@tabler/icons-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { BackendError } from "./backend";
import { mayPass } from "./outage";
import styles from "./page.module.css";
import { useCopy } from "./useCopy";
import { say } from "./words";

let arrived = false;

export interface PageHeadingProps {
  /** The page itself sees to how far down one finds it. */
  keepsPlace?: boolean;
  children: ReactNode;
}

/**
 * The page's h1. Coming from another page, the focus goes to it, so that a
 * screen reader says where one is; on the first load the browser's own way is
 * left alone.
 */
export function PageHeading({ keepsPlace = false, children }: PageHeadingProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (arrived) heading.current?.focus({ preventScroll: true });
    if (arrived && !keepsPlace) window.scrollTo(0, 0);
    arrived = true;
  }, [keepsPlace]);
  return (
    <Title order={1} ref={heading} tabIndex={-1}>
      {children}
    </Title>
  );
}

export interface ProblemProps {
  /** What could not be done. */
  title: string;
  error: unknown;
  /** The promise settles when the try is over. */
  onRetry?: (() => Promise<unknown> | undefined) | undefined;
  children?: ReactNode;
}

/** An error that stands in place of what was asked for. */
export function Problem({ title, error, onRetry, children }: ProblemProps) {
  const known = error instanceof BackendError ? error : undefined;
  // Said only of what the person asked for: the page's own tries would be read out each time.
  const [retrying, setRetrying] = useState(false);
  const retry = async () => {
    setRetrying(true);
    await Promise.resolve(onRetry?.()).catch(() => undefined); // the page shows what came of it
    setRetrying(false);
  };
  return (
    <Paper withBorder className={styles.problem} p="md" role="alert">
      <Group align="flex-start" wrap="nowrap" gap="sm">
        <IconAlertTriangle aria-hidden className={styles.problemIcon} />
        <Stack gap="xs">
          <Text fw={600}>{title}</Text>
          <Text>{known?.sentence ?? say("shell:unexpected")}</Text>
          {mayPass(error) && <Text size="sm">{say("shell:keepTrying")}</Text>}
          {known?.incident && <Reference label={say("shell:reference")} value={known.incident} />}
          <Group gap="sm">
            {onRetry && (
              <Button
                leftSection={<IconRefresh aria-hidden size={20} />}
                onClick={() => void retry()}
                aria-disabled={retrying || undefined}
              >
                {say(retrying ? "shell:retrying" : "shell:retry")}
              </Button>
            )}
            {children}
          </Group>
        </Stack>
      </Group>
    </Paper>
  );
}

/** An id that somebody may need to quote. */
export function Reference({ label, value }: { label: string; value: string }) {
  const { copied, copy } = useCopy(value);
  return (
    <div className={styles.reference}>
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <code className={styles.code}>{value}</code>
      <Button
        variant="subtle"
        size="compact-md"
        onClick={copy}
        aria-label={say("shell:copyOf", { label })}
        leftSection={copied ? <IconCheck aria-hidden size={18} /> : <IconCopy aria-hidden size={18} />}
      >
        {say(copied ? "shell:copied" : "shell:copy")}
      </Button>
    </div>
  );
}
