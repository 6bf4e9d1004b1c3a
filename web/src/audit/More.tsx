import { Button, Group, Text } from "@mantine/core";
import styles from "./audit.module.css";
import { say } from "./words";

/** A list that comes page by page, as far as what is said of it is concerned. */
export interface Paged {
  hasNextPage: boolean;
  isFetching: boolean;
  isFetchingNextPage: boolean;
  isFetchNextPageError: boolean;
  fetchNextPage(): Promise<unknown>;
  refetch(): Promise<unknown>;
}

export function again(query: Paged): Promise<unknown> {
  return query.isFetchNextPageError ? query.fetchNextPage() : query.refetch();
}

/** How many are shown, and the way to those further back. */
export function More({ query, found }: { query: Paged; found: number }) {
  const more = found > 0 && query.hasNextPage;
  return (
    <Group gap="md" className={styles.foot}>
      <Text role="status" c="dimmed">
        {found > 0 && say("audit:shown", { count: found })} {more && say("audit:moreToCome")}
      </Text>
      {more && (
        <Button variant="default" onClick={() => void query.fetchNextPage()} aria-disabled={query.isFetching}>
          {query.isFetchingNextPage ? say("audit:moreWaiting") : say("audit:more")}
        </Button>
      )}
    </Group>
  );
}
