import { IconExternalLink } from "@tabler/icons-react";
import { useServices } from "../services";
import { say } from "../words";
import styles from "./appointment.module.css";

/** Where the clinic keeps the patient's chart; nothing where that is not set. In a window of its own: this one may hold a call. */
export function ChartLink({ patient, name }: { patient: string; name?: string | undefined }) {
  const { settings } = useServices();
  const address = chartOf(settings.chartUrl, patient);
  if (!address) return null;
  return (
    <a
      href={address}
      target="_blank"
      rel="noreferrer"
      className={styles.chart}
      // Beside a call, which may be about somebody else than the page: the name stands above it, and is not repeated.
      aria-label={name && `${say("appointment:chartOf", { name })} ${say("appointment:newTab")}`}
    >
      {say("appointment:chart")}
      <IconExternalLink aria-hidden size={16} />
      <span className="cl-spoken">{say("appointment:newTab")}</span>
    </a>
  );
}

export function chartOf(template: string | undefined, patient: string): string | undefined {
  return template?.replaceAll("{patient}", encodeURIComponent(patient));
}
