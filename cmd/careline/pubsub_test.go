package main

import (
	"context"
	"strings"
	"sync"
	"testing"

	"perci.health/careline/pubsub"
	"perci.health/careline/sandbox/pubsubbox"
	"perci.health/careline/setup/google"
)

// newTopic is a provisioned topic with a subscription to pull from.
func newTopic(t *testing.T, project string) (topic pubsub.Topic, subscription string) {
	t.Helper()
	topic = pubsub.Topic{Project: project, Name: "twilio", Emulator: sharedPubSub.get(t).Endpoint()}
	admin, err := google.NewAdmin(t.Context(), google.Config{Topic: topic, Pull: "careline-twilio"})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := admin.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range plan {
		if change.Apply == nil {
			continue
		}
		if err := change.Apply(t.Context()); err != nil {
			t.Fatal(change.Thing, err)
		}
	}
	if err := admin.Close(); err != nil {
		t.Error(err)
	}
	return topic, "careline-twilio"
}

// over are the settings of a service whose reports go over the topic.
func over(topic pubsub.Topic, more map[string]string) map[string]string {
	set := map[string]string{"EVENTS": "pubsub", "PUBSUB_PROJECT": topic.Project, "PUBSUB_EMULATOR_HOST": topic.Emulator}
	for name, value := range more {
		set[name] = value
	}
	return set
}

// pushing has the pusher deliver until the test ends.
func pushing(t *testing.T, pusher pubsubbox.Pusher) {
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := pusher.Run(ctx); err != nil && ctx.Err() == nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { stop(); running.Wait() })
}

// wantWays fails unless the service's metrics tell of messages that went this way.
func (s *system) wantWays(ways ...string) {
	s.t.Helper()
	told := string(s.get(s.url+"/metrics", ""))
	for _, way := range ways {
		if !strings.Contains(told, "careline_messages_total{"+way+"} ") {
			s.t.Errorf("no message went %s", way)
		}
	}
}

func TestServeOverPubSubPulled(t *testing.T) {
	t.Parallel()
	topic, subscription := newTopic(t, "perci-pulled")
	s := newSystem(t, over(topic, map[string]string{"PUBSUB_SUBSCRIPTION": subscription}))
	versions := s.record(s.call(s.reaching(answers), answers), final)
	if last := versions[len(versions)-1]; last.says("callStatus") != "completed" || last.says("durationSeconds") != "12" || len(last.Identifier) != 2 {
		t.Errorf("ended as %s", last.raw)
	}
	s.wantWays(`direction="out",outcome="published"`, `direction="in",outcome="kept"`)

	// Settings for pushes do not make a running service take them.
	e := s.examine(map[string]string{"PUBSUB_SUBSCRIPTION": "", "PUBSUB_PUSH_AUDIENCE": "https://careline.example.org", "PUBSUB_PUSH_SERVICE_ACCOUNT": "push@perci-pulled.iam.gserviceaccount.com"},
		"--only", "pubsub: our push address")
	if verdict, says := e.of(t, "pubsub: our push address"); verdict != "fault" || !strings.Contains(says, "takes no pushes (status 404)") {
		t.Errorf("%s: %s", verdict, says)
	}
	s.logTellsNobody()
}

// Google's part of a push is played by a pusher with an issuer of its own, since
// the emulator's pushes carry no token.
func TestServeOverPubSubPushed(t *testing.T) {
	t.Parallel()
	topic, subscription := newTopic(t, "perci-pushed")
	issuer, err := pubsubbox.NewIssuer("push@perci-pushed.iam.gserviceaccount.com", "https://careline.example.org")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := issuer.Close(); err != nil {
			t.Error(err)
		}
	})
	s := newSystem(t, over(topic, map[string]string{
		"PUBSUB_PUSH_AUDIENCE": "https://careline.example.org", "PUBSUB_PUSH_SERVICE_ACCOUNT": "push@perci-pushed.iam.gserviceaccount.com",
		"PUBSUB_PUSH_ISSUER_KEYS_URL": issuer.KeysURL(),
	}))
	if res, _ := s.post(s.url+pubsub.PathPush, "{}", nil); res.StatusCode != 401 || res.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("a push without a token: %s", res.Status)
	}
	if verdict, says := s.examine(nil, "--only", "pubsub: our push address").of(t, "pubsub: our push address"); verdict != "good" {
		t.Errorf("%s: %s", verdict, says)
	}
	pusher := pubsubbox.Pusher{Endpoint: topic.Emulator, Subscription: "projects/perci-pushed/subscriptions/" + subscription,
		URL: s.url + pubsub.PathPush, Token: issuer.Bearer()}
	pushing(t, pusher)
	versions := s.record(s.call(s.reaching(answers), answers), final)
	if last := versions[len(versions)-1]; last.says("callStatus") != "completed" || last.says("durationSeconds") != "12" {
		t.Errorf("ended as %s", last.raw)
	}
	s.wantWays(`direction="out",outcome="published"`, `direction="in",outcome="kept"`)
}

// Where there is no Pub/Sub to be reached, a call is recorded all the same, and its
// reports wait to be forwarded. They are, also when one goes back to EVENTS=local
// meanwhile; then nothing is added to them.
func TestServeWhilePubSubIsAway(t *testing.T) {
	t.Parallel()
	nowhere := pubsub.Topic{Project: "perci-away", Name: "twilio", Emulator: "127.0.0.1:1"}
	s := newSystem(t, over(nowhere, map[string]string{"PUBSUB_SUBSCRIPTION": "careline-twilio"}))
	versions := s.record(s.call(s.reaching(answers), answers), final)
	if last := versions[len(versions)-1]; last.says("callStatus") != "completed" || len(last.Identifier) != 2 {
		t.Errorf("ended as %s", last.raw)
	}
	s.wantWays(`direction="out",outcome="kept"`)
	if told := string(s.get(s.url+"/metrics", "")); strings.Contains(told, `careline_backlog_pending{consumer="pubsub"} 0`) {
		t.Error("nothing waits to be forwarded")
	}
	s.stop()
	there, _ := newTopic(t, "perci-away")
	s.set = over(there, map[string]string{"EVENTS": "local"})
	s.start()
	eventually(t, "what was kept to be forwarded", func() bool {
		return strings.Contains(string(s.get(s.url+"/metrics", "")), `careline_backlog_pending{consumer="pubsub"} 0`)
	})
	s.record(s.call(s.reaching(answers), answers), final)
	s.wantWays(`direction="out",outcome="forwarded"`)
	if told := string(s.get(s.url+"/metrics", "")); strings.Contains(told, `outcome="published"`) || !strings.Contains(told, `careline_backlog_pending{consumer="pubsub"} 0`) {
		t.Error("with EVENTS=local a new report goes to the topic")
	}
}
