// What came of a call, asked for once it is over; then who is next.
import { Button } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { ChartLink } from "../appointment/ChartLink";
import type { Appointment, Patient } from "../backend";
import type { CallState, Target } from "../calling/state";
import { calleeOf } from "../calling/words";
import { triesOf } from "../history/line";
import { useEntries } from "../history/useEntries";
import { opening } from "../people";
import { useAppointment } from "../queries";
import { useServices } from "../services";
import { patientsOf } from "../today/day";
import { say } from "../words";
import styles from "./after.module.css";
import { isUnsaved } from "./drafts";
import { Next } from "./Next";
import { isEmpty, NotedWords } from "./Noted";
import { NoteForm } from "./NoteForm";
import { likely } from "./outcomes";
import { useDraft } from "./use";
import { useKeptFocus } from "./useKeptFocus";

export interface AfterCallProps {
  /** The ended call, as the dock shows it. */
  call: CallState;
  /** What else can be done about it: after what came of it, and before who is next. */
  children?: ReactNode;
}

/** What came of it and a short note, both optional; then who is next. In the order in which it is drawn. */
export function AfterCall({ call, children }: AfterCallProps) {
  const { target } = call;
  const { entries } = useEntries(target.appointment);
  return (
    <>
      {/* Of what was never placed there is nothing to say. */}
      {call.callSid !== undefined && call.outcome !== "refused" && (
        <section className={styles.after} aria-label={say("after:label")}>
          <Outcome call={call} sid={call.callSid} />
        </section>
      )}
      {children}
      <div className={styles.then}>
        {entries && <Tries count={triesOf(entries)} />}
        <Chart call={call} />
        <Next key={target.appointment} current={target.appointment} />
      </div>
    </>
  );
}

function Outcome({ call, sid }: { call: CallState; sid: string }) {
  const { drafts } = useServices();
  const { entries } = useEntries(call.target.appointment);
  const known = entries?.find(({ id }) => id === sid)?.note;
  const name = opening(calleeOf(call.target));
  const { appointment } = call.target;
  useEffect(() => drafts.open(sid, { name, appointment }, known), [drafts, sid, name, appointment, known]);
  const draft = useDraft(sid);
  const [changing, setChanging] = useState(false);
  const part = useRef<HTMLDivElement>(null);
  useKeptFocus(part);
  if (changing && draft?.state === "saved") setChanging(false);
  if (!draft) return null;
  const kept = draft.kept ?? {};
  const form = isEmpty(kept) || (draft.state !== "saved" && (changing || isUnsaved(draft)));
  const change = () => {
    setChanging(true);
    drafts.change(sid, {});
  };
  return (
    <div ref={part} className={styles.part}>
      {form ? (
        <NoteForm inLine call={sid} draft={draft} likely={likely(call)} />
      ) : (
        <div className={styles.noted}>
          <NotedWords note={kept} />
          <Button variant="subtle" size="compact-md" onClick={change} data-main>
            {say("after:edit")}
          </Button>
        </div>
      )}
      <span role="status" className={styles.done}>
        {draft.state === "saved" && <IconCheck aria-hidden size={16} />}
        {draft.state === "saved" && (isEmpty(kept) ? say("after:takenBack") : say("after:saved"))}
      </span>
    </div>
  );
}

function Tries({ count }: { count: number }) {
  if (count === 0) return null;
  return <p className={styles.dim}>{say("history:tried", { count })}</p>;
}

function Chart({ call: { target } }: { call: CallState }) {
  const { settings } = useServices();
  const { data } = useAppointment(target.appointment);
  if (!settings.chartUrl || !data) return null;
  const about = subjectOf(data, target);
  return about ? <ChartLink patient={about.id} name={about.name} /> : null;
}

/** Whom the call was about: a related person is called about one of the patients. Of several, nobody is guessed. */
export function subjectOf(appointment: Appointment, { recipient, number }: Target): Patient | undefined {
  const patients = patientsOf(appointment);
  const called = appointment.phones?.find((phone) => phone.of === recipient && phone.number === number);
  const subject = called?.patient ?? recipient;
  return patients.find(({ id }) => subject === `Patient/${id}`) ?? (patients.length === 1 ? patients[0] : undefined);
}
