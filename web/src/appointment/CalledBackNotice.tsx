import { IconPhoneIncoming } from "@tabler/icons-react";
import type { Appointment } from "../backend";
import { withRelation } from "../people";
import { useServices } from "../services";
import { say } from "../words";
import styles from "./appointment.module.css";
import { useCalledBack } from "./calledBack";

/** That a call came from a number on file. Who rang nobody knows, so nothing more is said. */
export function CalledBackNotice({ appointment }: { appointment: Appointment }) {
  const { time } = useServices();
  const back = useCalledBack(appointment);
  return (
    <div role="status">
      {back && (
        <div className={styles.calledBack}>
          <IconPhoneIncoming aria-hidden size={22} />
          <p>
            <strong>{say("appointment:calledBack", { when: time.when(back.at, Date.now()) })}</strong>
            {back.of?.name
              ? say("appointment:calledBackOf", {
                  name: withRelation(back.of.name, back.of.relation),
                  ending: back.ending,
                })
              : say("appointment:calledBackNote", { ending: back.ending })}
          </p>
        </div>
      )}
    </div>
  );
}
