package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"perci.health/careline/pubsub"
	"perci.health/careline/sandbox/pubsubbox"
)

// A call whose pushes all failed is in the record once its dead letters were taken,
// beside the service, on the database that it uses.
func TestDeadLettersOfGoogleReachTheRecord(t *testing.T) {
	t.Parallel()
	const project, account, audience = "perci-buried", "push@perci-buried.iam.gserviceaccount.com", "https://careline.example.org"
	topic, subscription := newTopic(t, project)
	s := newSystem(t, over(topic, map[string]string{"DATABASE_URL": newDatabase(t), "PUBSUB_PUSH_AUDIENCE": audience, "PUBSUB_PUSH_SERVICE_ACCOUNT": account}))
	var buried sync.Map
	pusher := pubsubbox.Pusher{Endpoint: topic.Emulator, Subscription: "projects/" + project + "/subscriptions/" + subscription, URL: s.url + pubsub.PathPush,
		Attempts: 5, DeadLetter: topic.DeadLetters().Path(), LeastPause: time.Millisecond, // without a token: each is answered 401
		Observe: func(id string, attempt, status int) {
			if status != http.StatusUnauthorized {
				t.Errorf("attempt %d was answered %d", attempt, status)
			}
			if attempt == 5 {
				buried.Store(id, true)
			}
		}}
	pushing(t, pusher)

	key := s.call(s.reaching(answers), answers)
	s.record(key, func(versions []communication) bool { return versions[0].Status == "preparation" })
	var taken strings.Builder
	versions := s.record(key, func(versions []communication) bool {
		if final(versions) {
			return true
		}
		taken.WriteString(s.replayGoogle(nil))
		return false
	})
	if last := versions[len(versions)-1]; last.says("callStatus") != "completed" || last.says("durationSeconds") != "12" {
		t.Errorf("ended as %s", last.raw)
	}
	if !strings.Contains(taken.String(), "with an event for the log, 0 that nobody can read") || strings.Contains(taken.String(), "error") {
		t.Errorf("it says %s", &taken)
	}
	some := false
	buried.Range(func(any, any) bool { some = true; return false })
	if told := string(s.get(s.url+"/metrics", "")); !some || strings.Contains(told, `careline_messages_total{direction="in"`) {
		t.Error("something came another way than as a dead letter")
	}
}

// replayGoogle is what the command prints, or its error.
func (s *system) replayGoogle(set map[string]string, args ...string) string {
	s.t.Helper()
	var out bytes.Buffer
	r := &replaying{quiet: 500 * time.Millisecond, open: openSet}
	if err := typedOf(s.t.Context(), r.command, s.with(set), &out, append([]string{"google", "--apply"}, args...)...); err != nil {
		return out.String() + "error: " + err.Error()
	}
	return out.String()
}

func TestReplayGoogleNeedsItsSettings(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	for name, tt := range map[string]struct {
		set  map[string]string
		args []string
		want string
	}{
		"no project": {nil, nil, "error: PUBSUB_PROJECT is required"},
		"a bad name": {map[string]string{"PUBSUB_TOPIC": "a/b"}, nil, "error: PUBSUB_TOPIC"},
		"a word":     {map[string]string{"PUBSUB_PROJECT": "a-project"}, []string{"all"}, `error: careline replay google does not know what to do with "all"`},
	} {
		t.Run(name, func(t *testing.T) {
			s.out.Reset()
			r := &replaying{open: kept{s.store}.open}
			err := typedOf(t.Context(), r.command, func(name string) string { return tt.set[name] }, s.out, append([]string{"google", "--apply"}, tt.args...)...)
			if err == nil {
				t.Fatal("it would begin")
			}
			wantText(t, s.out.String()+"error: "+err.Error(), tt.want)
		})
	}
	// Nobody there: not the same as nothing to take.
	nowhere := httptest.NewServer(nil)
	nowhere.Close()
	set := map[string]string{"TWILIO_ACCOUNT_SID": shelfAccount, "PUBSUB_PROJECT": "a-project", "PUBSUB_EMULATOR_HOST": nowhere.Listener.Addr().String()}
	get := func(name string) string { return set[name] }
	s.out.Reset()
	if err := typedOf(t.Context(), (&replaying{open: kept{s.store}.open}).command, get, s.out, "google"); err != nil || !strings.Contains(s.out.String(), "twilio-dead-letter would be taken") {
		t.Errorf("the plan: %v, %s", err, s.out)
	}

	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	r := &replaying{open: kept{s.store}.open, quiet: time.Millisecond}
	if err := typedOf(ctx, r.command, get, s.out, "google", "--apply"); err == nil || !strings.Contains(err.Error(), "twilio-dead-letter") {
		t.Errorf("it ends with %v", err)
	}
}
