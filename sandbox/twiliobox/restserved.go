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
