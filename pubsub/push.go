package pubsub

import (
	"context"
	"io"
	"net/http"

	"perci.health/careline"
	"perci.health/careline/credential"
)

// PathPush is the path of the push endpoint, relative to the service's root.
const PathPush = "/v1/twilio/pubsub"

// PushLimit is the largest body of a push, in bytes. A report of Twilio's has about
// 2 kB; Pub/Sub's largest message, 10 MB, is none, and thirty at once would fill an
// instance's memory. What is larger ends among the subscription's dead letters.
const PushLimit = 1 << 20

// Push answers the requests of a push subscription, with wrapped messages (Pub/Sub,
// "Push subscriptions"). All its fields must be set.
//
// It answers 204, which acknowledges the message, as soon as the message is durable
// here: its event is in the log, for the relay of any instance to file, or it is
// among the strays. So however long the health record is away, Google has nothing
// to deliver again. It answers 503 when the message could not be made durable, or
// the sender's token could not be checked, and Google delivers it again; 401
// without a good token, 403 with somebody else's, 400 to what is no wrapped message,
// and fails with a *http.MaxBytesError what is larger than PushLimit: by its length
// before anything of it is read. A message of which a part is not as Pub/Sub writes
// it is a stray at once.
type Push struct {
	// Verify checks the token of the sender: an error of code unauthenticated,
	// forbidden, or unavailable when that cannot be told now.
	Verify func(ctx context.Context, token string) error
	Inbox  *Inbox
	// Fail answers a request that cannot be served, with the status that belongs to
	// the code of the error (careline.CodeOf): Google goes by the status alone.
	Fail func(http.ResponseWriter, *http.Request, error)
}

var _ http.Handler = (*Push)(nil)

// ServeHTTP takes one message.
func (p *Push) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	if err := p.serve(r); err != nil {
		p.Fail(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (p *Push) serve(r *http.Request) error {
	// Google's ack deadline runs from here: the check of the token and the reading
	// of the body count.
	ctx, cancel := context.WithTimeout(r.Context(), takeWithin)
	defer cancel()
	if r.ContentLength > PushLimit {
		return noMessage("Its body is too large.", &http.MaxBytesError{Limit: PushLimit})
	}

	// Without a header the token is empty: what that is worth is for Verify to say.
	token, err := credential.Bearer(r.Header["Authorization"])
	if err == credential.ErrNotBearer {
		return careline.NewError(careline.CodeUnauthenticated, "The Authorization header must be one bearer token.", nil)
	}
	if err := p.Verify(ctx, token); err != nil {
		return err
	}

	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, PushLimit))
	if err != nil {
		return noMessage("Its body is too large, or broke off.", err)
	}

	m, err := unwrap(body)
	if err != nil {
		return err
	}
	return p.Inbox.take(ctx, m)
}
