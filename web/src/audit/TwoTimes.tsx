import { machineTime } from "../clinictime";
import { useServices } from "../services";
import styles from "./audit.module.css";
import { say, stamp } from "./words";

export interface TwoTimesRow {
  id: string;
  what: string;
  /** What kind of thing it is, and more of it, in small. */
  about: string[];
  happened: string | undefined;
  recorded: string | undefined;
}

/** What happened in two columns of times: when it did, and when it was recorded; with the day where it is another than `day`. */
export function TwoTimes({ caption, day, rows }: { caption: string; day: string; rows: TwoTimesRow[] }) {
  return (
    <div className={styles.sheet}>
      <table className={`${styles.table} ${styles.twoTimes}`}>
        <caption className="cl-spoken">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{say("audit:one.what")}</th>
            <th scope="col">{say("audit:one.happened")}</th>
            <th scope="col">{say("audit:one.recorded")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <th scope="row">
                {row.what}
                {row.about.map((line) => (
                  <span key={line} className={styles.small}>
                    {line}
                  </span>
                ))}
              </th>
              <When at={row.happened} day={day} />
              <When at={row.recorded} day={day} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function When({ at, day }: { at: string | undefined; day: string }) {
  const { time } = useServices();
  return (
    <td className={styles.time}>
      {at === undefined ? (
        <span className={styles.small}>{say("audit:unknown")}</span>
      ) : (
        <time dateTime={machineTime(at)}>{stamp(time, at, day)}</time>
      )}
    </td>
  );
}
