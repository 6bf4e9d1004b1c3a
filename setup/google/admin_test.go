package google_test

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/iam/apiv1/iampb"
	gapi "cloud.google.com/go/pubsub/v2/apiv1"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"perci.health/careline"
	"perci.health/careline/pubsub"
	"perci.health/careline/setup"
	"perci.health/careline/setup/google"
)

func pushing(t testing.TB) (google.Config, *google.Admin) {
	t.Helper()
	cfg := google.Config{Topic: topicOf(t, shared.start(t).Endpoint()), PushEmail: pushEmail, PushAudience: pushAudience, PushURL: ourPushes(t)}
	return cfg, newAdmin(t, cfg)
}

// refused is what our service answers a push without a token.
const refused = `{"type":"urn:careline:problem:unauthenticated","status":401}`

// ourPushes is where a service takes pushes, if anybody had a token.
func ourPushes(t testing.TB) string {
	t.Helper()
	ours := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		if _, err := io.WriteString(w, refused); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(ours.Close)
	return ours.URL + pubsub.PathPush
}

func topicsAt(t testing.TB, topic pubsub.Topic) *gapi.TopicAdminClient {
	t.Helper()
	client, err := gapi.NewTopicAdminClient(t.Context(), option.WithEndpoint(topic.Emulator), option.WithoutAuthentication(),
		option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

func things(plan setup.Plan) (all []string) {
	for _, c := range plan {
		all = append(all, c.Thing+": "+c.Have+" -> "+c.Want)
	}
	return all
}

func planned(t testing.TB, admin *google.Admin) setup.Plan {
	t.Helper()
	plan, err := admin.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func TestThePlanIsEmptyWhenItWasApplied(t *testing.T) {
	t.Parallel()
	cfg, admin := pushing(t)
	plan := provision(t, admin)
	same(t, "plan", things(plan), []string{
		"topic twilio:  -> exists, and keeps messages for 168h0m0s",
		"topic twilio-dead-letter:  -> exists",
		"subscription twilio-dead-letter:  -> holds dead letters for 168h0m0s",
		"subscription careline-twilio:  -> pushes to " + cfg.PushURL + ", in order, dead letters to " +
			"projects/" + cfg.Topic.Project + "/topics/twilio-dead-letter after 100 attempts",
	})
	same(t, "plan when applied", things(planned(t, admin)), []string(nil))
	for _, change := range plan { // two operators at once
		if err := change.Apply(t.Context()); err != nil {
			t.Errorf("%s again: %v", change.Thing, err)
		}
	}
	have, err := subscriptionsAt(t, cfg.Topic).GetSubscription(t.Context(), &pubsubpb.GetSubscriptionRequest{Subscription: cfg.Topic.SubscriptionPath("careline-twilio")})
	if err != nil {
		t.Fatal(err)
	}
	if !have.GetEnableMessageOrdering() || have.GetAckDeadlineSeconds() != 30 || have.GetExpirationPolicy() == nil || have.GetExpirationPolicy().GetTtl() != nil ||
		have.GetPushConfig().GetOidcToken().GetServiceAccountEmail() != pushEmail || have.GetPushConfig().GetOidcToken().GetAudience() != pushAudience ||
		have.GetRetryPolicy().GetMinimumBackoff().AsDuration() != time.Second || have.GetRetryPolicy().GetMaximumBackoff().AsDuration() != time.Minute ||
		have.GetDeadLetterPolicy().GetMaxDeliveryAttempts() != 100 || have.GetMessageRetentionDuration().AsDuration() != 7*24*time.Hour {
		t.Errorf("the subscription is %v", have)
	}
}

// A topic that was made by hand keeps nothing that was acknowledged: after a restore
// nothing would come back from it.
func TestTheTopicKeepsWhatWasAcknowledged(t *testing.T) {
	t.Parallel()
	cfg, admin := pushing(t)
	client := topicsAt(t, cfg.Topic)
	for name, by := range map[string]*durationpb.Duration{"no time": nil, "1h0m0s": durationpb.New(time.Hour)} {
		where := &pubsubpb.MessageStoragePolicy{AllowedPersistenceRegions: []string{"europe-west2"}}
		if _, err := client.CreateTopic(t.Context(), &pubsubpb.Topic{Name: cfg.Topic.Path(), MessageRetentionDuration: by, MessageStoragePolicy: where}); err != nil {
			t.Fatal(err)
		}
		if found := ask(t, admin)["pubsub: topic"]; found.Verdict != setup.VerdictFault || found.Blocks || !strings.Contains(found.Found, "for "+name) {
			t.Errorf("%s: %+v", name, found)
		}
		if plan := things(provision(t, admin)); !slices.Contains(plan, "topic twilio retention: "+name+" -> 168h0m0s") {
			t.Errorf("%s: plan %v", name, plan)
		}
		same(t, "plan when applied", things(planned(t, admin)), []string(nil))
		have, err := client.GetTopic(t.Context(), &pubsubpb.GetTopicRequest{Topic: cfg.Topic.Path()})
		if err != nil {
			t.Fatal(err)
		}
		same(t, "kept for", have.GetMessageRetentionDuration().AsDuration(), 7*24*time.Hour)
		same(t, "kept in", have.GetMessageStoragePolicy().GetAllowedPersistenceRegions(), where.GetAllowedPersistenceRegions())
		if found := ask(t, admin)["pubsub: topic"]; found.Verdict != setup.VerdictGood || !strings.Contains(found.Found, "europe-west2") {
			t.Errorf("mended: %+v", found)
		}
		if err := client.DeleteTopic(t.Context(), &pubsubpb.DeleteTopicRequest{Topic: cfg.Topic.Path()}); err != nil {
			t.Fatal(err)
		}
		if err := subscriptionsAt(t, cfg.Topic).DeleteSubscription(t.Context(), &pubsubpb.DeleteSubscriptionRequest{Subscription: cfg.Topic.SubscriptionPath("careline-twilio")}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestASubscriptionToPullFromIsPlanned(t *testing.T) {
	t.Parallel()
	_, admin := pulled(t, shared.start(t))
	same(t, "plan when applied", things(planned(t, admin)), []string(nil))
	same(t, "name", admin.Subscription(), "careline-pull")
	findings := ask(t, admin)
	for name, found := range findings {
		if found.Verdict != setup.VerdictGood && found.Verdict != setup.VerdictSkipped {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

func ask(t testing.TB, admin *google.Admin) map[string]setup.Finding {
	t.Helper()
	findings := map[string]setup.Finding{}
	for _, check := range admin.Checks() {
		found := check.Ask(t.Context())
		if (found.Verdict == setup.VerdictGood || found.Verdict == setup.VerdictSkipped) != (found.Do == "") || found.Found == "" {
			t.Errorf("%s: %+v", check.Name, found)
		}
		findings[check.Name] = found
	}
	return findings
}

// verdicts are those that are not good. The emulator knows no rights.
func verdicts(findings map[string]setup.Finding) map[string]setup.Verdict {
	left := map[string]setup.Verdict{}
	for name, found := range findings {
		if found.Verdict != setup.VerdictGood && found.Verdict != setup.VerdictSkipped {
			left[name] = found.Verdict
		}
	}
	return left
}

func TestChecksOfWhatIsNotThere(t *testing.T) {
	t.Parallel()
	_, admin := pushing(t)
	findings := ask(t, admin)
	faults := verdicts(findings)
	want := []string{"pubsub: ack deadline", "pubsub: dead letters", "pubsub: ordering", "pubsub: push endpoint", "pubsub: push token", "pubsub: retry policy", "pubsub: subscription", "pubsub: topic"}
	same(t, "faults", slices.Sorted(maps.Keys(faults)), want)
	if !strings.Contains(findings["pubsub: topic"].Do, "careline provision") {
		t.Errorf("what to do: %q", findings["pubsub: topic"].Do)
	}
	provision(t, admin)
	same(t, "faults when provisioned", verdicts(ask(t, admin)), map[string]setup.Verdict{})
}

// TestEveryDifferenceIsSeenAndMended spoils the subscription in one thing at a
// time.
func TestEveryDifferenceIsSeenAndMended(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		spoil func(*pubsubpb.Subscription)
		field string
		check string
		says  string
	}{
		"endpoint": {func(s *pubsubpb.Subscription) { s.PushConfig.PushEndpoint = "http://127.0.0.1:9/old" }, "push_config", "pubsub: push endpoint", "/old"},
		"audience": {func(s *pubsubpb.Subscription) { s.PushConfig.GetOidcToken().Audience = "other" }, "push_config", "pubsub: push token", "for other"},
		"account":  {func(s *pubsubpb.Subscription) { s.PushConfig.GetOidcToken().ServiceAccountEmail = "x@y.z" }, "push_config", "pubsub: push token", "of x@y.z"},
		"no token": {func(s *pubsubpb.Subscription) { s.PushConfig.AuthenticationMethod = nil }, "push_config", "pubsub: push token", "none"},
		"pulled":   {func(s *pubsubpb.Subscription) { s.PushConfig = &pubsubpb.PushConfig{} }, "push_config", "pubsub: push endpoint", "none"},
		"unwrapped": {func(s *pubsubpb.Subscription) {
			s.PushConfig.Wrapper = &pubsubpb.PushConfig_NoWrapper_{NoWrapper: &pubsubpb.PushConfig_NoWrapper{}}
		}, "push_config", "pubsub: push endpoint", "payload unwrapping"},
		"deadline":   {func(s *pubsubpb.Subscription) { s.AckDeadlineSeconds = 10 }, "ack_deadline_seconds", "pubsub: ack deadline", "10s"},
		"no retries": {func(s *pubsubpb.Subscription) { s.RetryPolicy = nil }, "retry_policy", "pubsub: retry policy", "at once"},
		"attempts":   {func(s *pubsubpb.Subscription) { s.DeadLetterPolicy.MaxDeliveryAttempts = 5 }, "dead_letter_policy", "pubsub: dead letters", "after 5 attempts"},
		"no letters": {func(s *pubsubpb.Subscription) { s.DeadLetterPolicy = nil }, "dead_letter_policy", "pubsub: dead letters", "none"},
		"retention": {func(s *pubsubpb.Subscription) { s.MessageRetentionDuration = durationpb.New(time.Hour) }, "message_retention_duration",
			"pubsub: subscription", "1h0m0s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg, admin := pushing(t)
			provision(t, admin)
			client := subscriptionsAt(t, cfg.Topic)
			s, err := client.GetSubscription(t.Context(), &pubsubpb.GetSubscriptionRequest{Subscription: cfg.Topic.SubscriptionPath("careline-twilio")})
			if err != nil {
				t.Fatal(err)
			}
			tt.spoil(s)
			if _, err := client.UpdateSubscription(t.Context(), &pubsubpb.UpdateSubscriptionRequest{Subscription: s, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{tt.field}}}); err != nil {
				t.Fatal(err)
			}
			found := ask(t, admin)[tt.check]
			if found.Verdict != setup.VerdictFault || !strings.Contains(found.Found, tt.says) {
				t.Errorf("%s: %+v", tt.check, found)
			}
			plan := provision(t, admin)
			if len(plan) == 0 || !strings.Contains(strings.Join(things(plan), "\n"), tt.says) {
				t.Errorf("plan: %v", things(plan))
			}
			same(t, "plan when applied", things(planned(t, admin)), []string(nil))
			same(t, "faults when applied", verdicts(ask(t, admin)), map[string]setup.Verdict{})
		})
	}
}

// TestPlanLeavesToAPersonWhatCannotBeChanged makes subscriptions that are wrong from the
// beginning.
func TestPlanLeavesToAPersonWhatCannotBeChanged(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		spoil func(*pubsubpb.Subscription)
		check string
		says  string
	}{
		"without ordering": {func(s *pubsubpb.Subscription) { s.EnableMessageOrdering = false }, "pubsub: ordering", "message ordering: off"},
		"with a filter":    {func(s *pubsubpb.Subscription) { s.Filter = `attributes.type = "x"` }, "pubsub: subscription", "filter"},
		"on another topic": {func(s *pubsubpb.Subscription) { s.Topic += "-dead-letter" }, "pubsub: subscription", "topic: projects/"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg, admin := pushing(t)
			provision(t, admin)
			client := subscriptionsAt(t, cfg.Topic)
			path := cfg.Topic.SubscriptionPath("careline-twilio")
			s, err := client.GetSubscription(t.Context(), &pubsubpb.GetSubscriptionRequest{Subscription: path})
			if err != nil {
				t.Fatal(err)
			}
			if err := client.DeleteSubscription(t.Context(), &pubsubpb.DeleteSubscriptionRequest{Subscription: path}); err != nil {
				t.Fatal(err)
			}
			tt.spoil(s)
			if _, err := client.CreateSubscription(t.Context(), s); err != nil {
				t.Fatal(err)
			}
			plan := planned(t, admin)
			if len(plan) != 1 || plan[0].Apply != nil || !strings.Contains(plan[0].Have, tt.says) || !strings.Contains(plan[0].Want, "gcloud pubsub subscriptions delete careline-twilio") {
				t.Errorf("plan: %+v", things(plan))
			}
			same(t, "faults", verdicts(ask(t, admin)), map[string]setup.Verdict{tt.check: setup.VerdictFault})
			if err := client.DeleteSubscription(t.Context(), &pubsubpb.DeleteSubscriptionRequest{Subscription: path}); err != nil {
				t.Fatal(err)
			}
			provision(t, admin)
			same(t, "plan when done", things(planned(t, admin)), []string(nil))
		})
	}
}

func TestDeadLettersThatNobodyHoldsAreAFault(t *testing.T) {
	t.Parallel()
	cfg, admin := pushing(t)
	provision(t, admin)
	err := subscriptionsAt(t, cfg.Topic).DeleteSubscription(t.Context(), &pubsubpb.DeleteSubscriptionRequest{Subscription: cfg.Topic.SubscriptionPath("twilio-dead-letter")})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "faults", verdicts(ask(t, admin)), map[string]setup.Verdict{"pubsub: dead letters": setup.VerdictFault})
	same(t, "plan", len(provision(t, admin)), 1)
	same(t, "faults when mended", verdicts(ask(t, admin)), map[string]setup.Verdict{})
	letters := cfg.Topic
	letters.Name += "-dead-letter"
	// pstest deletes no topic that a subscription sends its dead letters to.
	err = subscriptionsAt(t, cfg.Topic).DeleteSubscription(t.Context(), &pubsubpb.DeleteSubscriptionRequest{Subscription: cfg.Topic.SubscriptionPath("careline-twilio")})
	if err != nil {
		t.Fatal(err)
	}
	if err := topicsAt(t, cfg.Topic).DeleteTopic(t.Context(), &pubsubpb.DeleteTopicRequest{Topic: letters.Path()}); err != nil {
		t.Fatal(err)
	}
	same(t, "fault", verdicts(ask(t, admin))["pubsub: dead letters"], setup.VerdictFault)
	provision(t, admin)
	left := planned(t, admin) // the subscription still holds what came to the old topic
	if len(left) != 1 || left[0].Apply != nil || !strings.Contains(left[0].Want, "subscriptions delete twilio-dead-letter") {
		t.Errorf("plan: %v", things(left))
	}
}

// Made by hand, the subscription that holds dead letters ends after 31 days without
// use, and they with it.
func TestDeadLettersAreHeldForLongEnough(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		spoil func(*pubsubpb.Subscription)
		says  string
	}{
		"expiry as it comes": {func(s *pubsubpb.Subscription) { s.ExpirationPolicy = nil }, "after 31 days without use"},
		"expiry":             {func(s *pubsubpb.Subscription) { s.ExpirationPolicy.Ttl = durationpb.New(24 * time.Hour) }, "after 24h0m0s without use"},
		"retention":          {func(s *pubsubpb.Subscription) { s.MessageRetentionDuration = durationpb.New(time.Hour) }, "1h0m0s"},
		"no pauses":          {func(s *pubsubpb.Subscription) { s.RetryPolicy = nil }, "at once"},
		"pushed": {func(s *pubsubpb.Subscription) {
			s.PushConfig = &pubsubpb.PushConfig{PushEndpoint: "http://127.0.0.1:9/other"}
		}, "/other"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			both := &iampb.Policy{Bindings: append(having("roles/pubsub.publisher").GetBindings(), having("roles/pubsub.subscriber").GetBindings()...)}
			admin, topic := guarded{policies: map[string]*iampb.Policy{lettersTopic: both, pushSource: both}}.start(t)
			provision(t, admin)
			client := subscriptionsAt(t, topic)
			path := topic.SubscriptionPath(lettersTopic)
			s, err := client.GetSubscription(t.Context(), &pubsubpb.GetSubscriptionRequest{Subscription: path})
			if err != nil {
				t.Fatal(err)
			}
			if err := client.DeleteSubscription(t.Context(), &pubsubpb.DeleteSubscriptionRequest{Subscription: path}); err != nil {
				t.Fatal(err)
			}
			tt.spoil(s)
			s.EnableMessageOrdering = true // which does no harm
			if _, err := client.CreateSubscription(t.Context(), s); err != nil {
				t.Fatal(err)
			}
			if found := ask(t, admin)["pubsub: dead letters"]; found.Verdict != setup.VerdictFault || !strings.Contains(found.Found, tt.says) {
				t.Errorf("%+v", found)
			}
			if plan := things(provision(t, admin)); len(plan) != 1 || !strings.Contains(plan[0], "subscription twilio-dead-letter ") || !strings.Contains(plan[0], tt.says) {
				t.Errorf("plan: %v", plan)
			}
			same(t, "plan when applied", things(planned(t, admin)), []string(nil))
			same(t, "faults when applied", verdicts(ask(t, admin)), map[string]setup.Verdict{})
		})
	}
}

func TestAdminOfAPubSubThatIsAway(t *testing.T) {
	t.Parallel()
	admin := newAdmin(t, google.Config{Topic: pubsub.Topic{Project: "careline-test", Name: "twilio", Emulator: "127.0.0.1:1"}, Pull: "x"})
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	if _, err := admin.Plan(ctx); careline.CodeOf(err) != careline.CodeUnavailable {
		t.Errorf("Plan: %v", err)
	}
	for _, check := range admin.Checks()[:3] {
		if found := check.Ask(ctx); found.Verdict != setup.VerdictFault || found.Do == "" {
			t.Errorf("%s: %+v", check.Name, found)
		}
	}
}

func TestAdminNeedsItsSettings(t *testing.T) {
	t.Parallel()
	topic := pubsub.Topic{Project: "careline-test", Name: "twilio", Emulator: "127.0.0.1:1"}
	for name, cfg := range map[string]google.Config{
		"no project":  {Topic: pubsub.Topic{Name: "twilio", Emulator: "127.0.0.1:1"}, Pull: "x"},
		"no topic":    {Topic: pubsub.Topic{Project: "p", Emulator: "127.0.0.1:1"}, Pull: "x"},
		"no URL":      {Topic: topic, PushEmail: "e", PushAudience: "a"},
		"no account":  {Topic: topic, PushURL: "u", PushAudience: "a"},
		"no audience": {Topic: topic, PushURL: "u", PushEmail: "e"},
	} {
		if _, err := google.NewAdmin(t.Context(), cfg); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

// TestChecksTellOnceThatPubSubIsAway: every check needs the first, and that one blocks
// them when nobody answers.
func TestChecksTellOnceThatPubSubIsAway(t *testing.T) {
	t.Parallel()
	admin := newAdmin(t, google.Config{Topic: pubsub.Topic{Project: "a-project", Name: "twilio", Emulator: "127.0.0.1:1"}, Pull: "careline-pull"})
	checks := admin.Checks()
	for _, c := range checks[1:] {
		same(t, c.Name+" needs", c.Needs, checks[0].Name)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if found := checks[0].Ask(ctx); !found.Blocks || found.Verdict != setup.VerdictFault {
		t.Errorf("nobody answers, and it finds %+v", found)
	}
	_, missing := pushing(t)
	if found := missing.Checks()[0].Ask(t.Context()); found.Blocks || found.Verdict != setup.VerdictFault {
		t.Errorf("there is no topic, and it finds %+v", found)
	}
}
