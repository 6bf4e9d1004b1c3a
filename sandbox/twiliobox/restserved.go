package twiliobox

import "net/http"

// selfServed is an answer of the REST API that is no JSON.
type selfServed interface {
	serve(http.ResponseWriter, *http.Request) error
}

func (b *Box) serve(a selfServed, w http.ResponseWriter, r *http.Request) {
	if err := a.serve(w, r); err != nil {
		b.engine.config.Log.Debug("an answer did not arrive", "error", err)
	}
}

// noContent is answered with 204.
type noContent struct{}

func (noContent) serve(w http.ResponseWriter, _ *http.Request) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// lostAnswer is one that never arrives: the connection breaks, by net/http's way to
// do that.
type lostAnswer struct{}

func (lostAnswer) serve(http.ResponseWriter, *http.Request) error { panic(http.ErrAbortHandler) }
