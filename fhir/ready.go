package fhir

import (
	"context"
	"net/url"
)

// Ready reports whether calls can be recorded now, as far as that shows without
// writing: it searches a Communication by an id that nobody has. That needs the
// login, the right to search and the server's database, and reads one index; the
// capability statement would prove none of these, and on Medplum _count=0 never
// reaches the database.
func (c *Client) Ready(ctx context.Context) error {
	_, err := c.search(ctx, "Communication", url.Values{"_id": {"00000000-0000-0000-0000-000000000000"}, "_count": {"1"}}, true)
	return absent(err)
}
