package pubsub_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline/pubsub"
)

// FuzzPlainPush: a body that is read in one pass is the message that encoding/json
// makes of it.
func FuzzPlainPush(f *testing.F) {
	e := reportOf(f, 1, 2, "completed")
	f.Add(wrapped(messageOf(f, e).Attributes, e.Report, nil))
	f.Add(wrapped(nil, nil, nil))
	f.Add([]byte(`{"message":{"attributes":{},"data":"","messageId":"1","message_id":"2"},"subscription":"s"}`))
	f.Add([]byte(`{"message":{"data":"e30=","Data":"e31=","messageId":"1"},"message":{"data":"e32="},"subscription":"s"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, ok := pubsub.UnwrapPlain(body)
		if !ok {
			return
		}
		want, err := pubsub.UnwrapOdd(body)
		if err != nil {
			t.Fatalf("%q is read, though: %v", body, err)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(want)); diff != "" {
			t.Fatalf("%q (-want +got):\n%s", body, diff)
		}
	})
}

func TestGooglesPushIsReadInOnePass(t *testing.T) {
	t.Parallel()
	e := reportOf(t, 1, 2, "completed")
	if _, ok := pubsub.UnwrapPlain(wrapped(messageOf(t, e).Attributes, e.Report, nil)); !ok {
		t.Error("it is not")
	}
}
