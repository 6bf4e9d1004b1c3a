// Who is in the clinician's own call, and what can be done about each of them.
import { Button } from "@mantine/core";
import { IconUserPlus } from "@tabler/icons-react";
import { useEffect, useId, useRef, useState } from "react";
import { BackendError } from "../backend";
import panel from "../calling/panel.module.css";
import { Reminder } from "../calling/Reminder";
import type { Participant, Participants } from "../roomRoutes";
import { useServices } from "../services";
import { useNow } from "../useNow";
import { Candidates } from "./Candidates";
import { type PartyActs, PartyRow } from "./PartyRow";
import { isIn, nameOf, newsOf } from "./party";
import { useAct, useParticipants, useTakeParty } from "./queries";
import styles from "./room.module.css";
import { minutesSince, secondsSince, useSince } from "./useSince";
import { say } from "./words";

/** `call`: the key of a call that is answered. */
export default function RoomPanel({ call }: { call: string }) {
  const { data: room, error } = useParticipants(call);
  if (!room) {
    return <p className={panel.note}>{error ? say("room:unknown") : say("room:loading")}</p>;
  }
  return <Panel room={room} />;
}

function Panel({ room }: { room: Participants }) {
  const { call } = room;
  const listId = useId();
  const [adding, setAdding] = useState(false);
  const adds = useRef<HTMLButtonElement>(null);
  const others = room.participants.filter(({ self }) => !self);
  const heldSince = useSince(
    others.filter(({ held, state }) => held && state === "connected").map(({ label }) => label),
  );
  const now = useNow([...heldSince.values()][0]);
  const { on, busy, failed } = usePartyActs(room);
  const close = () => {
    setAdding(false);
    adds.current?.focus();
  };
  return (
    <section className={panel.panel} aria-label={say("room:label")}>
      <div className={styles.head}>
        <h3 className={styles.title}>{say("room:heading")}</h3>
        <Button
          ref={adds}
          variant="default"
          className={panel.act}
          leftSection={<IconUserPlus aria-hidden size={20} />}
          aria-expanded={adding}
          aria-controls={listId}
          onClick={() => (adding ? close() : setAdding(true))}
        >
          {adding ? say("room:close") : say("room:add")}
        </Button>
      </div>
      {adding && <Candidates id={listId} call={call} most={room.most} onClose={close} />}
      {room.room === "moving" && <p className={panel.note}>{say("room:moving")}</p>}
      <ul className={styles.parties} aria-label={say("room:heading")}>
        {others.map((party) => (
          <PartyRow
            key={party.label}
            party={party}
            held={secondsSince(heldSince.get(party.label), now)}
            on={on}
            busy={busy.has(party.label)}
            removable={others.filter(isIn).length > 1}
          />
        ))}
      </ul>
      <Forgotten others={others} since={heldSince} now={now} />
      {failed && (
        <p className={panel.problem} role="alert">
          {failed}
        </p>
      )}
      <News others={others} />
    </section>
  );
}

/** What can be asked for, and the sentence where it could not be had. */
function usePartyActs({ call, participants }: Participants) {
  const { backend } = useServices();
  const take = useTakeParty(call);
  const { act, failed, busy } = useAct();
  const on: PartyActs = {
    hold: ({ label }, hold) => void act(label, () => take(() => backend.change(call, label, { hold }))),
    mute: ({ label }, muted) => void act(label, () => take(() => backend.change(call, label, { muted }))),
    remove: ({ label }) => void act(label, () => backend.remove(call, label)),
  };
  const about = participants.find(({ label }) => label === failed?.about);
  return { on, busy, failed: failed && problemOf(failed.error, about) };
}

export function problemOf(error: unknown, about: Participant | undefined): string {
  if (!(error instanceof BackendError)) return say("room:problem.failed");
  if (error.reason === "last-member" && about) return say("room:problem.lastMember", { name: nameOf(about) });
  return error.sentence;
}

interface ForgottenProps {
  others: readonly Participant[];
  since: ReadonlyMap<string, number>;
  now: number;
}

/** Said once a minute: whoever is on hold hears music, and cannot say that they were forgotten. */
function Forgotten({ others, since, now }: ForgottenProps) {
  const forgotten = others.flatMap((party) => {
    const count = minutesSince(since.get(party.label) ?? now, now);
    return count > 0 ? [say("room:reminder", { name: nameOf(party), count })] : [];
  });
  return <Reminder sentences={forgotten} />;
}

/** What happened last, for a screen reader; nothing of how it was when the panel came. */
export function News({ others }: { others: readonly Participant[] }) {
  const before = useRef(others);
  const [said, setSaid] = useState("");
  useEffect(() => {
    const news = newsOf(before.current, others);
    before.current = others;
    if (news.length > 0) setSaid(news.join(". "));
  }, [others]);
  return (
    <div role="status" className="cl-spoken" data-testid="room-news">
      {said}
    </div>
  );
}
