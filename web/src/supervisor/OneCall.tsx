import { useId } from "react";
import { machineTime } from "../clinictime";
import { nameOf, roleOf } from "../room/party";
import type { LiveCall, Participant } from "../roomRoutes";
import { useServices } from "../services";
import styles from "./supervisor.module.css";
import { howWords, whoseOf } from "./told";
import { say } from "./words";

/** Whose call, since when, and who is in it and how. */
export function OneCall({ call }: { call: LiveCall }) {
  const { time } = useServices();
  const [name, people] = [useId(), useId()];
  return (
    <li className={styles.call} aria-labelledby={name}>
      <div className={styles.head}>
        <h2 id={name} className={styles.whose}>
          {whoseOf(call)}
        </h2>
        <span className={styles.since}>
          {say("supervisor:since")} <time dateTime={machineTime(call.asked)}>{time.when(call.asked, Date.now())}</time>
        </span>
      </div>
      {call.waiting && <p className={styles.waiting}>{say("supervisor:waiting", { at: time.exact(call.waiting) })}</p>}
      <span id={people} hidden>
        {say("supervisor:people")}
      </span>
      <ul className={styles.people} aria-labelledby={`${people} ${name}`}>
        {call.participants.map((party) => (
          <Person key={party.label} party={party} />
        ))}
      </ul>
    </li>
  );
}

function Person({ party }: { party: Participant }) {
  const { time } = useServices();
  const role = roleOf(party);
  return (
    <li className={styles.person} data-state={party.held ? "held" : party.state}>
      <span className={styles.name}>{nameOf(party)}</span>
      {role && <span className={styles.role}>{role}</span>}
      <span className={styles.state}>{howWords(party, time)}</span>
    </li>
  );
}
