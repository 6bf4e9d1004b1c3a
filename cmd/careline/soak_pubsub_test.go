package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"perci.health/careline/pubsub"
	"perci.health/careline/sandbox/pubsubbox"
	"perci.health/careline/setup/google"
	"perci.health/careline/store"
)

// soakTopic is Pub/Sub between the webhooks and the log, with its pushes through
// the balancer.
type soakTopic struct {
	t       *testing.T
	box     *pubsubbox.Box
	issuer  *pubsubbox.Issuer
	door    *httptest.Server // the balancer's, for pushes
	pushing sync.WaitGroup
	stop    context.CancelFunc // ends the pushes
}

const (
	soakProject  = "careline-soak"
	soakAudience = "careline"
	soakAccount  = "pushes@careline-soak.iam.gserviceaccount.com"
	soakQueue    = "careline-soak"
)

func newSoakTopic(t *testing.T, load *storm) *soakTopic {
	t.Helper()
	s := &soakTopic{t: t}
	var err error
	if s.box, err = pubsubbox.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.box.Close(); err != nil {
			t.Error(err)
		}
	})
	if s.issuer, err = pubsubbox.NewIssuer(soakAccount, soakAudience); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.issuer.Close() })
	s.door = httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			if address, ok := load.pick(r.In.Context()); ok {
				to, err := url.Parse(address)
				if err != nil {
					t.Error(err)
				}
				r.SetURL(to)
			}
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	})
	t.Cleanup(s.door.Close)
	t.Log("Pub/Sub:", s.box.Kind())
	s.provision()
	s.push()
	t.Cleanup(s.endPushes)
	return s
}

func (s *soakTopic) env() []string {
	return []string{"EVENTS=pubsub", "PUBSUB_PROJECT=" + soakProject, "PUBSUB_EMULATOR_HOST=" + s.box.Endpoint(), "PUBSUB_PUSH_AUDIENCE=" + soakAudience,
		"PUBSUB_PUSH_SERVICE_ACCOUNT=" + soakAccount, "PUBSUB_PUSH_ISSUER_KEYS_URL=" + s.issuer.KeysURL()}
}

// provision makes the topic as careline does. Its subscription is one to pull from:
// the emulator's own pushes carry no token, so a Pusher makes them.
func (s *soakTopic) provision() {
	s.t.Helper()
	ctx := s.t.Context()
	admin, err := google.NewAdmin(ctx, google.Config{Pull: soakQueue,
		Topic: pubsub.Topic{Project: soakProject, Name: "twilio", Emulator: s.box.Endpoint()}})
	if err != nil {
		s.t.Fatal(err)
	}
	defer admin.Close()
	plan, err := admin.Plan(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, change := range plan {
		if change.Apply == nil {
			continue // for a person, at Google itself
		}
		if err := change.Apply(ctx); err != nil {
			s.t.Fatal(err)
		}
	}
}

// push begins to deliver.
func (s *soakTopic) push() {
	s.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	token, err := s.issuer.Token(time.Now(), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	pusher := &pubsubbox.Pusher{Endpoint: s.box.Endpoint(), Subscription: "projects/" + soakProject + "/subscriptions/" + soakQueue,
		URL:   s.door.URL + pubsub.PathPush,
		Token: func(context.Context) (string, error) { return token, nil }}
	s.pushing.Go(func() {
		if err := pusher.Run(ctx); err != nil && ctx.Err() == nil {
			s.t.Error(err)
		}
	})
}

func (s *soakTopic) endPushes() {
	s.stop()
	s.pushing.Wait()
}

var keptHere = regexp.MustCompile(`(?m)^careline_messages_total\{direction="out",outcome="kept"\} [1-9]`)

// restartTopic takes Pub/Sub away for a while. The emulator forgets what it has
// when it stops, unlike Google, so it is empty then: the load pauses before, until
// all that was published is in the log. What comes while it is away careline keeps
// itself, and publishes afterwards, although all instances die in between.
func (s *soak) restartTopic() {
	s.t.Helper()
	s.load.hold()
	s.arrive()
	s.topic.endPushes()
	if err := s.topic.box.Stop(); err != nil {
		s.t.Fatal(err)
	}
	began := s.load.progress()
	s.load.release()
	s.await(began + 2*gust)
	kept := s.load.progress()-began < gust // on a slow machine the script may be over before the outage
	for _, i := range s.instances {
		body, err := i.ask("/metrics")
		kept = kept || err == nil && keptHere.Match(body)
	}
	if !kept {
		s.t.Error("Pub/Sub was away, and no instance has kept anything itself")
	}
	s.killAll() // what was kept is to be published by whoever comes after
	// What is published to a topic without subscription is nobody's: neither Google
	// nor the emulator keeps it. So nothing comes until all is provisioned.
	s.load.hold()
	if err := s.topic.box.Resume(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	s.topic.provision()
	s.topic.push()
	s.load.release()
}

// arrive waits until all that was acknowledged so far is in the log.
func (s *soak) arrive() {
	s.t.Helper()
	log, err := openLog(s.t.Context(), store.Config{URL: s.database, Consumers: []string{chart}, Outbound: []string{pubsub.ForwardConsumer}})
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() {
		if err := log.Close(); err != nil {
			s.t.Error(err)
		}
	}()
	for _, c := range s.load.calls {
		before, moved := -1, time.Now()
		again := time.NewTicker(20 * time.Millisecond)
		for missing := s.missing(log, c); len(missing) > 0; missing = s.missing(log, c) {
			if len(missing) != before {
				before, moved = len(missing), time.Now()
			}
			if time.Since(moved) > patience+*soakOutage {
				s.t.Fatalf("call %s: acknowledged, and not in the log: %s", c.key, strings.Join(missing, ", "))
			}
			<-again.C
		}
		again.Stop()
	}
}

// missing is what was acknowledged of a call and is not in the log yet. A dial
// result may never be.
func (s *soak) missing(log store.Store, c *stormCall) (missing []string) {
	c.mu.Lock()
	acknowledged := len(c.acknowledged)
	c.mu.Unlock()
	if acknowledged == c.arrived {
		return nil
	}
	has := map[string]bool{}
	for _, key := range []string{c.key, c.leg} { // a leg's report stands alone until another tells whose leg it is
		kept, err := log.Events(s.t.Context(), key)
		if err != nil {
			return []string{fmt.Sprint("the log cannot be read: ", err)}
		}
		for _, e := range kept {
			has[telling(e.Kind, e.Leg, e.Order, e.Word)] = true
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for tells := range c.acknowledged {
		if !has[tells] && !strings.HasPrefix(tells, "dial-ended ") {
			missing = append(missing, tells)
		}
	}
	if len(missing) == 0 {
		c.arrived = len(c.acknowledged)
	}
	return missing
}
