// A colleague's call that this person is asked to join, or is in.
import { IconPhoneCalling, IconPhoneOff, IconUsers, IconWifiOff, IconX } from "@tabler/icons-react";
import { useRef } from "react";
import dock from "../calling/CallDock.module.css";
import { CloseControl, Control, MuteControl } from "../calling/Controls";
import type { Joined } from "../calling/joined";
import panel from "../calling/panel.module.css";
import type { Softphone } from "../calling/state";
import { Passed } from "../calling/Timer";
import { useDockFocus } from "../calling/useDockFocus";
import type { Participant } from "../roomRoutes";
import { useNow } from "../useNow";
import { PartyRow } from "./PartyRow";
import { nameOf } from "./party";
import { useParticipants } from "./queries";
import { News } from "./RoomPanel";
import styles from "./room.module.css";
import { secondsSince, useSince } from "./useSince";
import { say } from "./words";

interface JoinedDockProps {
  joined: Joined;
  phone: Pick<Softphone, "answer" | "decline" | "leave" | "setMuted" | "clear">;
}

export default function JoinedDock({ joined, phone }: JoinedDockProps) {
  const { call, phase } = joined;
  const { data: room } = useParticipants(phase === "ended" ? undefined : call);
  const part = useRef<HTMLElement>(null);
  useDockFocus(part, undefined);
  const others = room?.participants.filter(({ self, state }) => !self && state !== "left") ?? [];
  const asks = others.find(({ role }) => role === "clinician");
  const words = wordsOf(joined, asks && nameOf(asks), others);
  return (
    <section
      ref={part}
      className={dock.dock}
      aria-label={say("room:join.dock")}
      data-tone={words.tone}
      data-testid="joined-dock"
    >
      <div className={dock.row}>
        <div className={dock.band} data-band data-state={phase} tabIndex={-1}>
          <words.Icon size={28} aria-hidden className={dock.icon} />
          <div className={dock.words}>
            <h2 className={dock.heading}>{words.heading}</h2>
            {words.note && <p className={dock.note}>{words.note}</p>}
          </div>
        </div>
        {joined.answeredAt !== undefined && phase !== "ended" && (
          <Passed from={joined.answeredAt} className={dock.timer} />
        )}
        <JoinedControls joined={joined} phone={phone} />
      </div>
      {(phase === "connected" || phase === "reconnecting") && <Others others={others} />}
      {/* That one is rung, at once; all else politely. */}
      <div role="alert" className="cl-spoken">
        {phase === "ringing" ? words.heading : ""}
      </div>
      <div role="status" className="cl-spoken">
        {phase === "ringing" ? "" : words.heading}
      </div>
    </section>
  );
}

function wordsOf({ phase, muted, end }: Joined, asks: string | undefined, others: readonly Participant[]) {
  const names = others.map(nameOf).join(", ");
  switch (phase) {
    case "ringing":
      return {
        tone: "tint",
        Icon: IconPhoneCalling,
        heading: asks ? say("room:join.asks", { name: asks }) : say("room:join.asksUnknown"),
        note: names && say("room:join.with", { names }),
      };
    case "joining":
      return { tone: "tint", Icon: IconUsers, heading: say("room:join.joining"), note: say("room:join.joiningNote") };
    case "reconnecting":
      return { tone: "warning", Icon: IconWifiOff, heading: say("room:join.lost"), note: say("room:join.lostNote") };
    case "ended":
      return { tone: undefined, Icon: IconPhoneOff, heading: say(`room:join.over.${end ?? "over"}`), note: "" };
  }
  const heading = asks ? say("room:join.connected", { name: asks }) : say("room:join.connectedUnknown");
  return { tone: muted ? "warning" : "good", Icon: IconUsers, heading, note: muted ? say("room:join.muted") : "" };
}

function JoinedControls({ joined, phone }: JoinedDockProps) {
  const { phase } = joined;
  if (phase === "ringing") {
    return (
      <div className={dock.offers}>
        <Control once name="answer" Icon={IconPhoneCalling} onPress={() => void phone.answer()} variant="filled">
          {say("room:join.answer")}
        </Control>
        <Control once name="decline" Icon={IconX} onPress={() => phone.decline()}>
          {say("room:join.decline")}
        </Control>
      </div>
    );
  }
  if (phase === "ended") return <CloseControl onPress={() => phone.clear()} />;
  return (
    <div className={dock.controls}>
      {(phase === "connected" || phase === "reconnecting") && (
        <MuteControl muted={joined.muted} onPress={() => phone.setMuted(!joined.muted)} />
      )}
      <Control once name="end" Icon={IconPhoneOff} onPress={() => phone.leave()} variant="filled" color="red">
        {say("room:join.leave")}
      </Control>
    </div>
  );
}

function Others({ others }: { others: readonly Participant[] }) {
  const heldSince = useSince(others.filter(({ held }) => held).map(({ label }) => label));
  const now = useNow([...heldSince.values()][0]);
  return (
    <section className={panel.panel} aria-label={say("room:label")}>
      <ul className={styles.parties} aria-label={say("room:heading")}>
        {others.map((party) => (
          <PartyRow key={party.label} party={party} held={secondsSince(heldSince.get(party.label), now)} />
        ))}
      </ul>
      <News others={others} />
    </section>
  );
}
