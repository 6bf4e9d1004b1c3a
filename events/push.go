package events

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"perci.health/careline"
)

// PathPush is the path of the push endpoint, relative to the service's root.
const PathPush = "/v1/twilio/pubsub"

// PushLimit is the largest body of a push, in bytes: Pub/Sub's largest message,
// 10 MB, in base64 and wrapped.
const PushLimit = 16 << 20

// Push answers the requests of a push subscription, with wrapped messages (Pub/Sub,
// "Push subscriptions"). All its fields must be set.
//
// It answers 204, which acknowledges the message, as soon as the message is durable
// here: its event is in the log, for the relay of any instance to file, or it is
// among the strays. So however long the health record is away, Google has nothing
// to deliver again. It answers 503 when the message could not be made durable, or
// the sender's token could not be checked, and Google delivers it again; 401
// without a good token, 403 with somebody else's, and 400 to what is no wrapped
// message.
type Push struct {
	// Verify checks the token of the sender: an error of code unauthenticated,
	// forbidden, or unavailable when that cannot be told now.
	Verify func(ctx context.Context, token string) error
	Inbox  *Inbox
	// Fail answers a request that cannot be served, with the status that belongs to
	// the code of the error (careline.CodeOf): Google goes by the status alone.
	Fail func(http.ResponseWriter, *http.Request, error)
}

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
	token, err := bearer(r.Header)
	if err != nil {
		return err
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

// bearer is the one token of the Authorization header (RFC 6750, section 2.1).
// Without a header it is empty: what that is worth is for Verify to say.
func bearer(h http.Header) (string, error) {
	values := h.Values("Authorization")
	if len(values) == 0 {
		return "", nil
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	if len(values) > 1 || !strings.EqualFold(scheme, "Bearer") {
		return "", careline.NewError(careline.CodeUnauthenticated, "The Authorization header must be one bearer token.", nil)
	}
	return strings.TrimSpace(token), nil
}

// wrapper is the body of a push. Google writes the id and the time in both ways.
type wrapper struct {
	Message *struct {
		Attributes map[string]string `json:"attributes"`
		Data       []byte            `json:"data"` // in base64
		ID         string            `json:"messageId"`
		OldID      string            `json:"message_id"`
	} `json:"message"`
	Subscription string `json:"subscription"`
}

func unwrap(body []byte) (received, error) {
	var wrapped wrapper
	err := json.Unmarshal(body, &wrapped)
	switch {
	case err != nil:
		return received{}, noMessage("Its body is not a Pub/Sub message in JSON.", err)
	case wrapped.Message == nil || wrapped.Subscription == "":
		return received{}, noMessage("A push subscription must deliver wrapped messages: switch payload unwrapping off.",
			errors.New("the body has no message or no subscription"))
	}
	m := received{id: wrapped.Message.ID, attributes: wrapped.Message.Attributes, data: wrapped.Message.Data}
	if m.id == "" {
		m.id = wrapped.Message.OldID
	}
	if m.id == "" {
		return received{}, noMessage("The message has no messageId.", nil)
	}
	return m, nil
}

func noMessage(why string, cause error) error {
	return careline.NewError(careline.CodeInvalid, "This is not a Pub/Sub push request. "+why, cause)
}
