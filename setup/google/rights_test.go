package google_test

import (
	"context"
	"strings"
	"testing"

	"cloud.google.com/go/iam/apiv1/iampb"
	"cloud.google.com/go/pubsub/v2/pstest"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"perci.health/careline/pubsub"
	"perci.health/careline/setup"
	"perci.health/careline/setup/google"
)

// guarded is a Pub/Sub that knows rights, which neither the emulator nor pstest
// does: policies are those of topics and subscriptions, by their last name.
type guarded struct {
	iampb.UnimplementedIAMPolicyServer
	policies map[string]*iampb.Policy // none: this login may not read it
}

func (g guarded) GetIamPolicy(_ context.Context, r *iampb.GetIamPolicyRequest) (*iampb.Policy, error) {
	if p, may := g.policies[r.GetResource()[strings.LastIndex(r.GetResource(), "/")+1:]]; may {
		return p, nil
	}
	return nil, status.Error(codes.PermissionDenied, "User not authorized to perform this action.")
}

func (g guarded) TestIamPermissions(_ context.Context, r *iampb.TestIamPermissionsRequest) (*iampb.TestIamPermissionsResponse, error) {
	return &iampb.TestIamPermissionsResponse{Permissions: r.GetPermissions()}, nil
}

// start is an Admin of a topic on it, which is not made yet.
func (g guarded) start(t testing.TB, refuses ...pstest.ServerReactorOption) (*google.Admin, pubsub.Topic) {
	t.Helper()
	server := pstest.NewServerWithCallback(0, func(s *grpc.Server) { iampb.RegisterIAMPolicyServer(s, g) }, refuses...)
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	topic := topicOf(t, server.Addr)
	return newAdmin(t, google.Config{Topic: topic, PushEmail: pushEmail, PushAudience: pushAudience, PushURL: ourPushes(t)}), topic
}

// having is a policy by which Pub/Sub's service agent has the role.
func having(role string) *iampb.Policy {
	return &iampb.Policy{Bindings: []*iampb.Binding{{Role: role, Members: []string{"serviceAccount:service-12345@gcp-sa-pubsub.iam.gserviceaccount.com"}}}}
}

const (
	lettersTopic = "twilio-dead-letter"
	pushSource   = "careline-twilio"
)

// Whether Pub/Sub may make dead letters is told by policies, which a login that
// looks at Pub/Sub may often not read: then the doctor says what it did not look at.
func TestCheckGrantsOfPubSubItself(t *testing.T) {
	t.Parallel()
	none := &iampb.Policy{}
	for name, tt := range map[string]struct {
		policies map[string]*iampb.Policy
		verdict  setup.Verdict
		says     []string
		not      string
	}{
		"both given":     {map[string]*iampb.Policy{lettersTopic: having("roles/pubsub.publisher"), pushSource: having("roles/pubsub.subscriber")}, setup.VerdictGood, nil, "getIamPolicy"},
		"none given":     {map[string]*iampb.Policy{lettersTopic: none, pushSource: none}, setup.VerdictDoubt, []string{"roles/pubsub.publisher", "gcloud pubsub topics"}, "getIamPolicy"},
		"another's role": {map[string]*iampb.Policy{lettersTopic: having("roles/pubsub.publisher"), pushSource: having("roles/pubsub.viewer")}, setup.VerdictDoubt, []string{"roles/pubsub.subscriber"}, "getIamPolicy"},
		"not to be seen": {nil, setup.VerdictSkipped, []string{"not looked at", "pubsub.topics.getIamPolicy on the topic twilio-dead-letter", "pubsub.subscriptions.getIamPolicy on the subscription careline-twilio", "roles/iam.securityReviewer"}, "✗"},
		"half seen": {map[string]*iampb.Policy{lettersTopic: having("roles/pubsub.publisher")}, setup.VerdictSkipped,
			[]string{"pubsub.subscriptions.getIamPolicy"}, "pubsub.topics.getIamPolicy"},
		"half seen, and missing": {map[string]*iampb.Policy{pushSource: none}, setup.VerdictDoubt, []string{"roles/pubsub.subscriber"}, "getIamPolicy"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			admin, _ := guarded{policies: tt.policies}.start(t)
			provision(t, admin)
			found := ask(t, admin)["pubsub: dead-letter rights"]
			said := found.Found + " " + found.Do
			if found.Verdict != tt.verdict || strings.Contains(said, tt.not) {
				t.Errorf("%+v", found)
			}
			for _, want := range tt.says {
				if !strings.Contains(said, want) {
					t.Errorf("it does not say %q: %s", want, said)
				}
			}
		})
	}
}

// A plan says nothing is to be done only when that was seen.
func TestThePlanTellsWhatItCouldNotSee(t *testing.T) {
	t.Parallel()
	publisher, subscriber := having("roles/pubsub.publisher"), having("roles/pubsub.subscriber")
	for name, tt := range map[string]struct {
		policies map[string]*iampb.Policy
		want     []string
	}{
		"both seen": {map[string]*iampb.Policy{lettersTopic: publisher, pushSource: subscriber}, nil},
		"neither seen": {nil, []string{"cannot be seen: this login lacks pubsub.topics.getIamPolicy there -> roles/pubsub.publisher, or dead letters cannot be made",
			"cannot be seen: this login lacks pubsub.subscriptions.getIamPolicy there -> roles/pubsub.subscriber, or dead letters cannot be made"}},
		"one seen, and missing": {map[string]*iampb.Policy{lettersTopic: publisher, pushSource: publisher}, []string{"without roles/pubsub.subscriber -> "}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			admin, _ := guarded{policies: tt.policies}.start(t)
			provision(t, admin)
			plan := planned(t, admin)
			if len(plan) != len(tt.want) {
				t.Fatalf("plan: %v", things(plan))
			}
			for i, want := range tt.want {
				if plan[i].Apply != nil || !strings.Contains(things(plan)[i], want) {
					t.Errorf("not %q: %v", want, things(plan)[i])
				}
			}
		})
	}
}

// Google refuses a push subscription also to who may change all of Pub/Sub, but may
// not act as the account in whose name pushes are signed.
func TestARefusalNamesBothRights(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		refused string
		says    []string
		not     string
	}{
		"the subscription": {"CreateSubscription", []string{"iam.serviceAccounts.actAs", "roles/iam.serviceAccountUser", pushEmail, "roles/pubsub.editor"}, "could not be asked"},
		"the topic":        {"CreateTopic", []string{"roles/pubsub.editor"}, "actAs"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			admin, _ := guarded{}.start(t, pstest.WithErrorInjection(tt.refused, codes.PermissionDenied, "User not authorized to perform this action."))
			var said string
			for _, change := range planned(t, admin) {
				if change.Apply == nil {
					continue
				}
				if err := change.Apply(t.Context()); err != nil {
					said = err.Error()
				}
			}
			for _, want := range tt.says {
				if !strings.Contains(said, want) {
					t.Errorf("it does not say %q: %s", want, said)
				}
			}
			if strings.Contains(said, tt.not) {
				t.Errorf("it says %q: %s", tt.not, said)
			}
		})
	}
}
