package google

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"perci.health/careline"
	"perci.health/careline/setup"
)

// refusal is the problem type with which a push without a token is answered: by
// the service, and by nobody who stands before it.
const refusal = "urn:careline:problem:" + string(careline.CodeUnauthenticated)

// answered is what stands at our push address said to a push without a token.
type answered struct {
	status   int
	problem  string // its type, if it is one
	location string
}

// checkOurs asks the service itself, as the subscription that Google has says
// nothing about what answers there. Which audience and account the service waits
// for cannot be found out: nobody but Google can sign for them.
func (a *Admin) checkOurs(ctx context.Context) setup.Finding {
	said, err := a.pushNothing(ctx)
	if err != nil {
		return setup.Fault("Our push address could not be reached: "+err.Error()+".",
			"Start the service, and see that FUNCTIONS_URL is where Google reaches it: DNS, certificate, load balancer.")
	}
	const settings = "PUBSUB_PUSH_AUDIENCE and PUBSUB_PUSH_SERVICE_ACCOUNT"
	switch {
	case said.problem == refusal && said.status == http.StatusUnauthorized:
		return setup.Good("The service takes pushes, and refuses one without a token. Whether it runs with the audience of these settings cannot be seen from here: " +
			"if not, messages wait in the subscription, and the service logs 403.")
	case said.status/100 == 2:
		return setup.Fault(fmt.Sprintf("Our push address takes a push without a token (status %d): it is not this service, or not one that checks.", said.status),
			"See where FUNCTIONS_URL leads.")
	case said.status/100 == 3:
		return setup.Fault("Our push address redirects to "+said.location+", which Pub/Sub does not follow.", "Set FUNCTIONS_URL to the address that answers by itself.")
	case said.status == http.StatusNotFound || said.status == http.StatusMethodNotAllowed:
		return setup.Fault(fmt.Sprintf("What runs at FUNCTIONS_URL takes no pushes (status %d).", said.status),
			"Deploy the service with "+settings+", and see that FUNCTIONS_URL leads to it, with the path it may have.")
	case said.problem == "" && (said.status == http.StatusUnauthorized || said.status == http.StatusForbidden):
		return setup.Fault(fmt.Sprintf("Something before the service refuses pushes (status %d).", said.status),
			"Let every request through to the service, which checks Google's token itself; on Cloud Run: roles/run.invoker for allUsers.")
	}

	return setup.Fault(fmt.Sprintf("Our push address answers a push without a token with status %d, not as a service that takes pushes.", said.status),
		"Look into the service's log, and at what stands before it.")
}

// pushNothing is a push without a token, which no service keeps anything of.
func (a *Admin) pushNothing(ctx context.Context) (answered, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.cfg.PushURL, strings.NewReader("{}"))
	if err != nil {
		return answered{}, fmt.Errorf("request to the push address: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "careline-doctor")
	own := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if a.cfg.HTTP != nil {
		own.Transport, own.Timeout = a.cfg.HTTP.Transport, a.cfg.HTTP.Timeout
	}

	response, err := own.Do(r)
	if err != nil {
		return answered{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 4<<10))
	if err != nil {
		return answered{}, fmt.Errorf("read its answer: %w", err)
	}

	var problem struct {
		Type string `json:"type"`
	}
	_ = json.Unmarshal(text, &problem) // what is no problem document has no type
	return answered{response.StatusCode, problem.Type, response.Header.Get("Location")}, nil
}
