import panel from "../calling/panel.module.css";
import type { Participant } from "../roomRoutes";
import { useServices } from "../services";
import { nameOf, roleOf } from "./party";
import styles from "./room.module.css";
import { say } from "./words";

/** Who else was in a call that the record tells of. */
export default function PastParties({ participants }: { participants: readonly Participant[] }) {
  return (
    <div className={panel.past}>
      <p className={styles.also}>{say("room:past.also")}</p>
      <ul className={styles.plain}>
        {participants.map((party) => (
          <Past key={party.label} party={party} />
        ))}
      </ul>
    </div>
  );
}

function Past({ party }: { party: Participant }) {
  const { time } = useServices();
  const role = roleOf(party);
  const who = role ? say("room:named", { name: nameOf(party), role }) : nameOf(party);
  const clock = (at: string) => time.clock(Date.parse(at));
  if (!party.joined)
    return <li>{say("room:past.not", { who, how: say(`room:outcome.${party.outcome ?? "left"}`) })}</li>;
  if (!party.left) return <li>{say("room:past.from", { who, from: clock(party.joined) })}</li>;
  return <li>{say("room:past.between", { who, from: clock(party.joined), to: clock(party.left) })}</li>;
}
