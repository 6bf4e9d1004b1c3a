import { IconAlertTriangle, IconCircleCheck, IconCircleDashed, IconCircleX, IconInfoCircle } from "@tabler/icons-react";
import styles from "./CheckPage.module.css";
import { type Finding, type Verdict, verdictWords } from "./finding";
import { say } from "./words";

const icons: Record<Verdict, typeof IconCircleCheck> = {
  waiting: IconCircleDashed,
  running: IconCircleDashed,
  pass: IconCircleCheck,
  warn: IconAlertTriangle,
  fail: IconCircleX,
  note: IconInfoCircle,
};

export function Findings({ findings }: { findings: Finding[] }) {
  return (
    <ul className={styles.findings} aria-label={say("check:list")}>
      {findings.map(({ id, name, verdict, says, todo }) => {
        const Icon = icons[verdict];
        return (
          <li key={id} className={styles.finding} data-verdict={verdict} data-check={id}>
            <Icon size={24} aria-hidden className={styles.icon} />
            <div className={styles.words}>
              <p className={styles.name}>
                <strong>{name}</strong> <span className={styles.verdict}>{verdictWords(verdict)}</span>
              </p>
              {says && <p>{says}</p>}
              {todo && (
                <p>
                  <strong>{say("check:todo")}</strong> {todo}
                </p>
              )}
            </div>
          </li>
        );
      })}
    </ul>
  );
}
