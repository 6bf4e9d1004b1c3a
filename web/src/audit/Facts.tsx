import { Title } from "@mantine/core";
import type { AuditedCall } from "../backend";
import { duration } from "../clinictime";
import { Reference } from "../page";
import { useServices } from "../services";
import { failureWords, refusalWords } from "../told";
import styles from "./audit.module.css";
import { clinicianWords, say, stamp } from "./words";

/** Who, whom, how long and why. */
export function Facts({ call }: { call: AuditedCall }) {
  const { time } = useServices();
  const facts: [string, string | undefined][] = [
    [say("audit:one.asked"), stamp(time, call.asked)],
    [say("audit:one.clinician"), clinicianWords(call)],
    [say("audit:one.patient"), call.subject?.name ?? call.subject?.ref],
    [say("audit:one.called"), calledName(call)],
    [say("audit:one.lasted"), call.durationSeconds ? duration(call.durationSeconds) : undefined],
    [say("audit:one.endedBy"), endedByWords(call)],
    [say("audit:one.cameOfIt"), call.note?.outcome && say(`after:outcome.${call.note.outcome}`)],
    [say("audit:note"), call.note?.text],
    [say("audit:one.noted"), call.note?.at && stamp(time, call.note.at, call.asked)],
    [say("audit:one.refusal"), call.refusal && refusalWords(call.refusal)],
    [say("audit:one.failure"), call.failure && failureWords(call.failure)],
  ];
  return (
    <>
      <dl className={styles.facts}>
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      {call.householdConfirmed && <p className={styles.household}>{say("audit:one.household")}</p>}
    </>
  );
}

function calledName({ recipient, ending }: AuditedCall): string | undefined {
  if (!recipient) return ending && say("audit:ending", { ending });
  const name = recipient.name ?? recipient.ref;
  return recipient.relation ? say("audit:one.calledAs", { name, relation: recipient.relation }) : name;
}

function endedByWords({ endedBy }: AuditedCall): string | undefined {
  if (!endedBy) return undefined;
  return endedBy === "clinician" ? say("audit:one.byClinician") : say("audit:one.byMember");
}

/** What others need to find the same call. */
export function References({ call }: { call: AuditedCall }) {
  const references: [string, string | undefined][] = [
    [say("audit:one.key"), call.key],
    [say("audit:one.record"), call.record],
    [say("audit:one.appointment"), call.appointment],
    [say("audit:one.clinicianId"), call.clinician],
    [say("audit:one.clinicianLeg"), call.clinicianLeg === call.key ? undefined : call.clinicianLeg],
    [say("audit:one.memberLeg"), call.memberLeg === call.key ? undefined : call.memberLeg],
    [say("audit:one.recording"), call.recording],
  ];
  return (
    <section aria-labelledby="audit-references" className={styles.section}>
      <Title order={2} id="audit-references">
        {say("audit:one.references")}
      </Title>
      <div className={styles.references}>
        {references.map(([label, value]) => value && <Reference key={label} label={label} value={value} />)}
      </div>
    </section>
  );
}
