package pubsub_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/pubsub"
)

// buriedWith is a message as Google publishes it on the topic for dead letters.
func buriedWith(m pubsub.Message) pubsub.Message {
	attributes := map[string]string{
		"CloudPubSubDeadLetterSourceDeliveryCount": "100", "CloudPubSubDeadLetterSourceSubscription": "careline-twilio",
		"CloudPubSubDeadLetterSourceSubscriptionProject": "careline-test", "CloudPubSubDeadLetterSourceTopicPublishTime": "2026-06-01T10:15:42.000+00:00",
	}
	for name, value := range m.Attributes {
		attributes[name] = value
	}
	m.Attributes = attributes
	return m
}

// letters is a pull from the subscription of the dead letters, into got.
func letters(topic pubsub.Topic, got *arrivals) pubsub.Pull {
	return pubsub.Pull{Topic: topic, Subscription: topic.DeadLetters().Name, Inbox: got.inbox(), Log: slog.New(slog.DiscardHandler)}
}

// takeAll pulls until so many were taken: on a slow machine nothing may come for a
// while though something waits.
func takeAll(t *testing.T, p pubsub.Pull, want pubsub.Taken) {
	t.Helper()
	var sum pubsub.Taken
	eventually(t, "all are taken", func() bool {
		taken, err := p.All(t.Context(), time.Second)
		if err != nil {
			t.Fatal(err)
		}
		sum.Kept += taken.Kept
		sum.Strays += taken.Strays
		return sum.Kept+sum.Strays >= want.Kept+want.Strays
	})
	same(t, "taken", sum, want)
}

func TestDeadLettersAreTakenUntilNoneIsLeft(t *testing.T) {
	t.Parallel()
	topic, _ := pulled(t, shared.start(t))
	publisher, got := newPublisher(t, topic.DeadLetters()), newArrivals()
	p := letters(topic, got)
	taken, err := p.All(t.Context(), time.Millisecond)
	if err != nil || taken != (pubsub.Taken{}) {
		t.Errorf("of nothing: %v, %v", taken, err)
	}
	var want []careline.CallEvent
	for n := range 3 {
		e := reportOf(t, n, 0, "completed")
		want = append(want, e)
		if err := publisher.Publish(t.Context(), buriedWith(messageOf(t, e))); err != nil {
			t.Fatal(err)
		}
	}
	stray := buriedWith(pubsub.Message{Attributes: map[string]string{"type": "invoice"}, Data: []byte("{}")})
	if err := publisher.Publish(t.Context(), stray); err != nil {
		t.Fatal(err)
	}
	takeAll(t, p, pubsub.Taken{Kept: 3, Strays: 1})
	same(t, "strays' attributes", got.strays[0].Attributes, stray.Attributes)
	byCall := map[string]careline.CallEvent{}
	for _, e := range got.events {
		byCall[e.Call] = e
	}
	for _, e := range want {
		sameEvents(t, []careline.CallEvent{byCall[e.Call]}, []careline.CallEvent{e})
	}
}

// What cannot be kept ends it, and stays with Google.
func TestTakingEndsWithTheFirstThatCannotBeKept(t *testing.T) {
	t.Parallel()
	topic, _ := pulled(t, shared.start(t))
	got := newArrivals()
	p := letters(topic, got)
	if err := newPublisher(t, topic.DeadLetters()).Publish(t.Context(), buriedWith(messageOf(t, reportOf(t, 1, 0, "ringing")))); err != nil {
		t.Fatal(err)
	}
	got.breaks(errors.New("disk full"))
	if taken, err := p.All(t.Context(), time.Minute); taken != (pubsub.Taken{}) || err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("%v, %v", taken, err)
	}
	got.breaks(nil)
	takeAll(t, p, pubsub.Taken{Kept: 1})
}

func TestTakingFromWhatIsNotThere(t *testing.T) {
	t.Parallel()
	got := newArrivals()
	if _, err := letters(topicOf(t, shared.start(t).Endpoint()), got).All(t.Context(), time.Minute); err == nil || !strings.Contains(err.Error(), "twilio-dead-letter") {
		t.Errorf("no subscription: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := letters(pubsub.Topic{Project: "careline-test", Name: "twilio", Emulator: "127.0.0.1:1"}, got).All(ctx, time.Millisecond); err == nil {
		t.Error("nobody answers, and that is told as nothing to take")
	}
}

// Whoever stops it hears so, and what was taken until then.
func TestTakingIsStopped(t *testing.T) {
	t.Parallel()
	topic, _ := pulled(t, shared.start(t))
	if err := newPublisher(t, topic.DeadLetters()).Publish(t.Context(), buriedWith(messageOf(t, reportOf(t, 1, 0, "ringing")))); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	got := newArrivals()
	p := letters(topic, got)
	p.Inbox.Observe = func(string) { stop() }
	if taken, err := p.All(ctx, time.Minute); !errors.Is(err, context.Canceled) || taken != (pubsub.Taken{Kept: 1}) {
		t.Errorf("%v, %v", taken, err)
	}
	takeAll(t, letters(topic, got), pubsub.Taken{})
}
