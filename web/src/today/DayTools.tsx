import { CloseButton, Input } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { type KeyboardEvent, type RefObject, useEffect, useRef } from "react";
import { shortcutsOn } from "../calling/useShortcuts";
import { useInCall } from "../services";
import { say } from "../words";
import { FILTERS, type Filter } from "./filters";
import styles from "./today.module.css";

export interface DayToolsProps {
  search: string;
  onSearch(search: string): void;
  filter: Filter;
  onFilter(filter: Filter): void;
  counts: Record<Filter, number>;
  /** Goes into the list from the search. */
  onDown(): void;
}

/** What is looked for in a day: words, and which appointments. */
export function DayTools({ search, onSearch, filter, onFilter, counts, onDown }: DayToolsProps) {
  const field = useRef<HTMLInputElement>(null);
  useSlash(field);
  const key = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      onDown();
    }
    if (event.key === "Escape") onSearch("");
  };
  return (
    <search className={styles.tools}>
      <Input
        ref={field}
        type="text"
        className={styles.search}
        value={search}
        aria-label={say("today:search")}
        placeholder={say("today:searchHint")}
        leftSection={<IconSearch aria-hidden size={18} />}
        rightSectionPointerEvents="all"
        rightSection={
          search && <CloseButton aria-label={say("today:clearSearch")} size="md" onClick={() => onSearch("")} />
        }
        onChange={(event) => onSearch(event.currentTarget.value)}
        onKeyDown={key}
      />
      <fieldset className={styles.filters}>
        <legend className={styles.legend}>{say("today:filters")}</legend>
        {FILTERS.map((one) => (
          <button
            key={one}
            type="button"
            className={styles.filter}
            aria-pressed={one === filter}
            onClick={() => onFilter(one)}
          >
            {say(`today:filter.${one}`, { number: counts[one] })}
          </button>
        ))}
      </fieldset>
    </search>
  );
}

/** "/" leads to the search; not from a field, and not in a call, where a slip must do nothing. */
function useSlash(field: RefObject<HTMLInputElement | null>) {
  const inCall = useInCall();
  useEffect(() => {
    if (inCall) return;
    const key = (event: globalThis.KeyboardEvent) => {
      if (event.key !== "/" || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (!shortcutsOn() || typesInto(event.target) || !field.current?.checkVisibility()) return;
      event.preventDefault();
      field.current.focus();
    };
    document.addEventListener("keydown", key);
    return () => document.removeEventListener("keydown", key);
  }, [inCall, field]);
}

function typesInto(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;
}
