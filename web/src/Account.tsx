import { Text, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import { IconChevronDown, IconLogout2, IconUser } from "@tabler/icons-react";
import { useEffect, useId, useState } from "react";
import styles from "./Account.module.css";
import { useSignOut } from "./after/use";
import { useInCall, useServices, useSessionState } from "./services";
import { useDisclosure } from "./useDisclosure";
import { say } from "./words";

/** Who is signed in, how the page looks to them, where the clinic's own pages are, and the way out. */
export function Account() {
  const { settings } = useServices();
  const state = useSessionState();
  const { open, setOpen, part, button } = useDisclosure();
  const panel = useId();
  const name = "name" in state && state.name !== "" ? state.name : say("shell:account");
  return (
    <div ref={part} className={styles.account}>
      <UnstyledButton
        ref={button}
        className={styles.button}
        aria-expanded={open}
        aria-controls={panel}
        aria-label={say("shell:accountOf", { name })}
        onClick={() => setOpen(!open)}
      >
        <IconUser aria-hidden size={20} />
        <span className={styles.name}>{name}</span>
        <IconChevronDown aria-hidden size={16} />
      </UnstyledButton>
      <div id={panel} className={styles.panel} hidden={!open}>
        <Text fw={600} className={styles.heading}>
          {name}
        </Text>
        <Colours />
        {settings.helpUrl && <a href={settings.helpUrl}>{say("shell:help")}</a>}
        {settings.privacyUrl && <a href={settings.privacyUrl}>{say("shell:privacy")}</a>}
        <SignOut />
      </div>
    </div>
  );
}

function SignOut() {
  const leave = useSignOut();
  const inCall = useInCall();
  const [asked, setAsked] = useState(false);
  useEffect(() => {
    if (!inCall) setAsked(false);
  }, [inCall]);
  const signOut = () => {
    // The call needs the session: leaving would cut the patient off.
    if (inCall) setAsked(true);
    else void leave();
  };
  return (
    <>
      <UnstyledButton className={styles.item} aria-disabled={inCall || undefined} onClick={signOut}>
        <IconLogout2 aria-hidden size={20} />
        {say("shell:signOut")}
      </UnstyledButton>
      <div role="status" className={asked ? styles.hint : undefined}>
        {asked ? say("shell:endCallFirst") : ""}
      </div>
    </>
  );
}

const SCHEMES = ["auto", "light", "dark"] as const;

function Colours() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <fieldset className={styles.colours}>
      <legend>{say("shell:colours")}</legend>
      {SCHEMES.map((scheme) => (
        <label key={scheme} className={styles.colour}>
          <input
            type="radio"
            name="colours"
            value={scheme}
            checked={colorScheme === scheme}
            onChange={() => setColorScheme(scheme)}
          />
          <span>{say(`shell:colour.${scheme}`)}</span>
        </label>
      ))}
    </fieldset>
  );
}
