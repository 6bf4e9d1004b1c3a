import { Button } from "@mantine/core";
import panel from "../calling/panel.module.css";
import type { Participant } from "../roomRoutes";
import { nameOf, roleOf, stateOf } from "./party";
import styles from "./room.module.css";
import { say } from "./words";

export interface PartyActs {
  hold(party: Participant, on: boolean): void;
  mute(party: Participant, on: boolean): void;
  remove(party: Participant): void;
}

interface PartyRowProps {
  party: Participant;
  /** For how many seconds they have been on hold. */
  held: number;
  /** Left out where the call is a colleague's. */
  on?: PartyActs | undefined;
  /** What of it is being asked for. */
  busy?: boolean;
  /** The only other one in the call cannot be taken out of it. */
  removable?: boolean;
}

/** One who is, was or is to be in the call: who, as what, how, and what can be done about it. */
export function PartyRow({ party, held, on, busy = false, removable = false }: PartyRowProps) {
  const role = roleOf(party);
  return (
    <li className={styles.party} data-state={party.held ? "held" : party.state}>
      <div className={styles.who}>
        <span className={styles.name}>{nameOf(party)}</span>
        {role && <span className={styles.small}>{role}</span>}
        {party.ending && <span className={styles.small}>{say("room:ending", { ending: party.ending })}</span>}
      </div>
      <span className={styles.state}>{stateOf(party, held)}</span>
      {on && <PartyControls party={party} on={on} busy={busy} removable={removable} />}
    </li>
  );
}

function PartyControls({
  party,
  on,
  busy,
  removable,
}: Required<Omit<PartyRowProps, "held" | "on">> & { on: PartyActs }) {
  const name = nameOf(party);
  if (party.state === "left") return null;
  if (party.state !== "connected") {
    return (
      <div className={styles.acts}>
        <Act busy={busy} name={say("room:control.cancelOf", { name })} onPress={() => on.remove(party)}>
          {say("room:control.cancel")}
        </Act>
      </div>
    );
  }
  const { held, muted } = party;
  return (
    <div className={styles.acts}>
      <Act
        busy={busy}
        name={held ? say("room:control.unholdOf", { name }) : say("room:control.holdOf", { name })}
        strong={held}
        onPress={() => on.hold(party, !held)}
      >
        {held ? say("room:control.unhold") : say("room:control.hold")}
      </Act>
      <Act
        busy={busy}
        name={muted ? say("room:control.unmuteOf", { name }) : say("room:control.muteOf", { name })}
        strong={muted}
        onPress={() => on.mute(party, !muted)}
      >
        {muted ? say("room:control.unmute") : say("room:control.mute")}
      </Act>
      {removable && (
        <Act busy={busy} name={say("room:control.removeOf", { name })} onPress={() => on.remove(party)}>
          {say("room:control.remove")}
        </Act>
      )}
    </div>
  );
}

interface ActProps {
  name: string;
  busy: boolean;
  strong?: boolean;
  onPress(): void;
  children: string;
}

/** It stays where the focus is while it is being asked for. */
function Act({ name, busy, strong = false, onPress, children }: ActProps) {
  return (
    <Button
      variant={strong ? "filled" : "default"}
      className={panel.act}
      aria-label={name}
      aria-disabled={busy || undefined}
      onClick={() => busy || onPress()}
    >
      {children}
    </Button>
  );
}
