package google

import (
	"fmt"
	"strings"
	"time"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
)

// difference is one thing in which a subscription is not as it shall be. The
// doctor names it, provision mends it.
type difference struct {
	about      string // as checks are named
	thing      string
	have, want string
	field      string // what to update; empty: it cannot be changed
}

// fieldPush is where pushes go, and in whose name they are signed.
const fieldPush = "push_config"

// differences are told in the order of the checks.
func differences(have, want *pubsubpb.Subscription) (all []difference) {
	add := func(about, thing, field string, values ...string) {
		if values[0] != values[1] {
			all = append(all, difference{
				about: about,
				thing: thing,
				have:  values[0],
				want:  values[1],
				field: field,
			})
		}
	}
	add(aboutSubscription, "topic", "", have.GetTopic(), want.GetTopic())
	add(aboutSubscription, "filter", "", orNone(have.GetFilter()), "none")
	add(aboutSubscription, "expiry", "expiration_policy", expiry(have), expiry(want))
	add(aboutSubscription, "retention", "message_retention_duration", have.GetMessageRetentionDuration().AsDuration().String(), want.GetMessageRetentionDuration().AsDuration().String())
	add(aboutPush, "push endpoint", fieldPush, orNone(have.GetPushConfig().GetPushEndpoint()), orNone(want.GetPushConfig().GetPushEndpoint()))
	add(aboutPush, "wrapping", fieldPush, wrapping(have), "wrapped messages")
	add(aboutToken, "push token", fieldPush, token(have), token(want))
	if want.GetEnableMessageOrdering() { // where it is not wanted, it does no harm
		add(aboutOrdering, "message ordering", "", onOff(have.GetEnableMessageOrdering()), onOff(true))
	}

	add(aboutDeadline, "ack deadline", "ack_deadline_seconds", seconds(have), seconds(want))
	add(aboutRetry, "retry policy", "retry_policy", retryOf(have), retryOf(want))
	add(aboutLetters, "dead-letter policy", "dead_letter_policy", lettersOf(have), lettersOf(want))
	return all
}

// topicKeeps is how long a topic keeps messages, acknowledged ones too.
func topicKeeps(t *pubsubpb.Topic) string {
	if t.GetMessageRetentionDuration() == nil {
		return "no time"
	}
	return t.GetMessageRetentionDuration().AsDuration().String()
}

// regions are where a topic's messages may lie.
func regions(t *pubsubpb.Topic) string {
	if named := t.GetMessageStoragePolicy().GetAllowedPersistenceRegions(); len(named) > 0 {
		return strings.Join(named, ", ")
	}
	return "whichever region Google chooses"
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

func expiry(s *pubsubpb.Subscription) string {
	if s.GetExpirationPolicy() == nil {
		return "after 31 days without use" // what Pub/Sub does without a policy
	}
	if ttl := s.GetExpirationPolicy().GetTtl(); ttl != nil {
		return "after " + ttl.AsDuration().String() + " without use"
	}
	return "never"
}

func wrapping(s *pubsubpb.Subscription) string {
	if s.GetPushConfig().GetNoWrapper() != nil {
		return "payload unwrapping"
	}
	return "wrapped messages"
}

func token(s *pubsubpb.Subscription) string {
	t := s.GetPushConfig().GetOidcToken()
	if t == nil {
		return "none"
	}
	return fmt.Sprintf("of %s for %s", orNone(t.GetServiceAccountEmail()), orNone(t.GetAudience()))
}

func seconds(s *pubsubpb.Subscription) string {
	return (time.Duration(s.GetAckDeadlineSeconds()) * time.Second).String()
}

func retryOf(s *pubsubpb.Subscription) string {
	r := s.GetRetryPolicy()
	if r == nil {
		return "at once"
	}
	return fmt.Sprintf("after %s to %s", r.GetMinimumBackoff().AsDuration(), r.GetMaximumBackoff().AsDuration())
}

func lettersOf(s *pubsubpb.Subscription) string {
	d := s.GetDeadLetterPolicy()
	if d == nil {
		return "none"
	}
	return fmt.Sprintf("to %s after %d attempts", d.GetDeadLetterTopic(), d.GetMaxDeliveryAttempts())
}
