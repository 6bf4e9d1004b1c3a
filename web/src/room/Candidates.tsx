import { Button } from "@mantine/core";
import { OwnPlace } from "../calling/OwnPlace";
import panel from "../calling/panel.module.css";
import type { Candidate } from "../roomRoutes";
import { useServices } from "../services";
import { refusalWords } from "../told";
import { candidateRole } from "./party";
import { useAct, useCandidates, useTakeParty } from "./queries";
import { problemOf } from "./RoomPanel";
import styles from "./room.module.css";
import { say } from "./words";

interface CandidatesProps {
  id: string;
  call: string;
  /** How many the call can hold. */
  most: number | undefined;
  onClose(): void;
}

/** Whom one may add, and nobody else: there is no field for a number. */
export function Candidates({ id, call, most, onClose }: CandidatesProps) {
  const { backend } = useServices();
  const { data, error } = useCandidates(call);
  const { act, failed, busy } = useAct();
  const take = useTakeParty(call);

  const add = async ({ kind, id: who }: Candidate) => {
    // The person is there at once, as dialling: Twilio takes its time.
    if (await act(who, () => take(() => backend.add(call, { kind, id: who })))) onClose();
  };
  return (
    <OwnPlace id={id} className={styles.candidates} aria-label={say("room:candidates.label")} onEscape={onClose}>
      <p className={panel.note}>{say("room:candidates.who")}</p>
      {data?.full && <p className={panel.problem}>{full(most)}</p>}
      {!data && (error ? <p role="alert">{say("room:candidates.unloaded")}</p> : <p>{say("room:loading")}</p>)}
      {data?.candidates.length === 0 && <p>{say("room:candidates.none")}</p>}
      <ul className={styles.parties}>
        {data?.candidates.map((one) => (
          <CandidateRow
            key={`${one.kind}/${one.id}`}
            one={one}
            full={data.full}
            busy={busy}
            onAdd={() => void add(one)}
          />
        ))}
      </ul>
      {failed && (
        <p className={panel.problem} role="alert">
          {problemOf(failed.error, undefined)}
        </p>
      )}
    </OwnPlace>
  );
}

function full(most: number | undefined): string {
  return most ? say("room:candidates.full", { count: most }) : say("room:candidates.fullUnknown");
}

interface CandidateRowProps {
  one: Candidate;
  full: boolean;
  busy: ReadonlySet<string>;
  onAdd(): void;
}

function CandidateRow({ one, full, busy, onAdd }: CandidateRowProps) {
  const dialling = busy.has(one.id);
  const may = !one.in && !one.refusal && !full;
  return (
    <li className={styles.party} data-state={one.in ? "connected" : undefined}>
      <div className={styles.who}>
        <span className={styles.name}>{one.name}</span>
        <span className={styles.small}>{candidateRole(one)}</span>
        {one.ending && <span className={styles.small}>{say("room:ending", { ending: one.ending })}</span>}
      </div>
      {one.in && <span className={styles.state}>{say("room:candidates.in")}</span>}
      {dialling && <span className={styles.state}>{say("room:state.asked")}</span>}
      {one.refusal && <span className={styles.why}>{refusalWords(one.refusal)}</span>}
      {may && (
        <div className={styles.acts}>
          <Button
            variant="default"
            className={panel.act}
            aria-disabled={busy.size > 0 || undefined}
            onClick={() => busy.size === 0 && onAdd()}
          >
            {say("room:candidates.add", { name: one.name })}
          </Button>
        </div>
      )}
    </li>
  );
}
