import { Skeleton, Stack, Text } from "@mantine/core";

const ROWS = ["a", "b", "c", "d"];

interface LookingProps {
  /** What is looked for, said while it is. */
  words: string;
  /** How many rows are drawn in their place, at most four, and how high, in pixels. */
  rows: number;
  height: number;
}

/** A list that is on its way. */
export function Looking({ words, rows, height }: LookingProps) {
  return (
    <div className="cl-late" aria-busy="true">
      <Text c="dimmed">{words}</Text>
      <Stack gap="sm" aria-hidden>
        {ROWS.slice(0, rows).map((row) => (
          <Skeleton key={row} height={height} radius="md" />
        ))}
      </Stack>
    </div>
  );
}
