import panel from "./panel.module.css";

/** What may have been forgotten in a call, said once a minute; no sentence: nothing was. */
export function Reminder({ sentences }: { sentences: readonly string[] }) {
  return (
    <div role="status" className={panel.reminder}>
      {sentences.map((one) => (
        <p key={one}>{one}</p>
      ))}
    </div>
  );
}
