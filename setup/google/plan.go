package google

import (
	"context"
	"fmt"
	"path"
	"regexp"

	"cloud.google.com/go/iam/apiv1/iampb"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"perci.health/careline"
	"perci.health/careline/setup"
)

const party = "pubsub"

// Plan is what has to change at Pub/Sub, in the order in which to apply it. It is
// empty when nothing has. What Pub/Sub cannot change on a subscription, and what
// somebody with rights over the project has to do, is a change that nobody here
// can apply.
func (a *Admin) Plan(ctx context.Context) (plan setup.Plan, err error) {
	for _, more := range []func(context.Context) (setup.Plan, error){a.planTopics, a.planLetters, a.planSubscription} {
		changes, err := more(ctx)
		if err != nil {
			return nil, err
		}
		plan = append(plan, changes...)
	}
	return append(plan, a.planGrants(ctx)...), nil
}

// planTopics sees that the topics are there and keep what they shall.
func (a *Admin) planTopics(ctx context.Context) (plan setup.Plan, err error) {
	for _, want := range a.wantedTopics() {
		thing := "topic " + path.Base(want.GetName())
		have, err := a.topic(ctx, want.GetName())
		switch {
		case err != nil:
			return nil, asking("the "+thing, err)
		case have == nil:
			plan = append(plan, setup.Change{
				Party: party,
				Thing: thing,
				Want:  topicExists(want),
				Apply: a.makeTopic(want),
			})
		case want.GetMessageRetentionDuration() != nil && topicKeeps(have) != topicKeeps(want):
			plan = append(plan, setup.Change{
				Party: party,
				Thing: thing + " retention",
				Have:  topicKeeps(have),
				Want:  topicKeeps(want),
				Apply: a.updateTopic(want, "message_retention_duration"),
			})
		}
	}

	return plan, nil
}

func topicExists(want *pubsubpb.Topic) string {
	if want.GetMessageRetentionDuration() == nil {
		return "exists"
	}
	return "exists, and keeps messages for " + topicKeeps(want)
}

// planLetters sees that dead letters are held, for as long as they shall be.
func (a *Admin) planLetters(ctx context.Context) (setup.Plan, error) {
	return a.planOne(ctx, a.wantedLetters(), "holds dead letters for "+lettersFor.String())
}

func (a *Admin) planSubscription(ctx context.Context) (setup.Plan, error) {
	way, want := "pushes to "+a.cfg.PushURL, a.wanted()
	if a.cfg.Pull != "" {
		way = "is pulled from"
	}
	return a.planOne(ctx, want, fmt.Sprintf("%s, in order, dead letters %s", way, lettersOf(want)))
}

// planOne sees that a subscription is as wanted; does says what one that has to be
// made will do.
func (a *Admin) planOne(ctx context.Context, want *pubsubpb.Subscription, does string) (plan setup.Plan, err error) {
	name := path.Base(want.GetName())
	have, err := a.subscription(ctx, name)
	switch {
	case err != nil:
		return nil, asking("the subscription "+name, err)
	case have == nil:
		return setup.Plan{{
			Party: party,
			Thing: "subscription " + name,
			Want:  does,
			Apply: a.make(want),
		}}, nil
	case have.GetDetached():
		return setup.Plan{byHand(name, "is detached from its topic", "attached")}, nil
	}

	for _, d := range differences(have, want) {
		if d.field == "" {
			plan = append(plan, byHand(name, d.thing+": "+d.have, d.thing+": "+d.want))
			continue
		}
		plan = append(plan, setup.Change{
			Party: party,
			Thing: "subscription " + name + " " + d.thing,
			Have:  d.have,
			Want:  d.want,
			Apply: a.update(want, d.field),
		})
	}

	return plan, nil
}

// mayChange is what a login needs to set Pub/Sub up.
const mayChange = "roles/pubsub.admin or roles/pubsub.editor"

func asking(what string, err error) error {
	return careline.NewError(careline.CodeUnavailable,
		"Pub/Sub could not be asked about "+what+". Please check the project, the login and its role ("+mayChange+").", err)
}

// changing is the error of making or changing a subscription. Who tells Google in
// whose name to sign pushes must be allowed to act as that account; a refusal for
// want of that right looks like any other.
func changing(what string, push *pubsubpb.PushConfig, err error) error {
	signer := push.GetOidcToken().GetServiceAccountEmail()
	if signer == "" || status.Code(err) != codes.PermissionDenied {
		return asking(what, err)
	}
	return careline.NewError(careline.CodeForbidden, "Pub/Sub refuses "+what+". Please check both rights that this login needs: "+mayChange+
		" on the project, and iam.serviceAccounts.actAs (roles/iam.serviceAccountUser) on the service account "+signer+", in whose name pushes are signed.", err)
}

// byHand is a change that Pub/Sub makes on no subscription that exists.
func byHand(name, have, want string) setup.Change {
	return setup.Change{
		Party: party,
		Thing: "subscription " + name,
		Have:  have,
		Want: want + ". Pub/Sub cannot change this: when nothing waits in the subscription any more, delete it (gcloud pubsub subscriptions delete " +
			name + ") and run careline provision --apply again at once",
	}
}

func (a *Admin) makeTopic(t *pubsubpb.Topic) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := a.topics.CreateTopic(ctx, t)
		if err == nil || status.Code(err) == codes.AlreadyExists {
			return nil
		}
		return asking("making the topic "+t.GetName(), err)
	}
}

func (a *Admin) updateTopic(t *pubsubpb.Topic, field string) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := a.topics.UpdateTopic(ctx, &pubsubpb.UpdateTopicRequest{Topic: t, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{field}}})
		if err != nil {
			return asking("changing "+field+" of "+t.GetName(), err)
		}
		return nil
	}
}

func (a *Admin) make(s *pubsubpb.Subscription) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := a.subscriptions.CreateSubscription(ctx, s)
		if err == nil || status.Code(err) == codes.AlreadyExists {
			return nil
		}
		return changing("making the subscription "+s.GetName(), s.GetPushConfig(), err)
	}
}

func (a *Admin) update(s *pubsubpb.Subscription, field string) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := a.subscriptions.UpdateSubscription(ctx, &pubsubpb.UpdateSubscriptionRequest{
			Subscription: s, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{field}},
		})
		switch {
		case err == nil:
			return nil
		case field == fieldPush:
			return changing("changing "+field+" of "+s.GetName(), s.GetPushConfig(), err)
		}
		return asking("changing "+field+" of "+s.GetName(), err)
	}
}

// serviceAgent is Pub/Sub itself, as a member of a project.
var serviceAgent = regexp.MustCompile(`^serviceAccount:service-[0-9]+@gcp-sa-pubsub\.iam\.gserviceaccount\.com$`)

// grant is what Pub/Sub itself must be allowed to do, to make dead letters
// (Pub/Sub, "Dead-letter topics", grant forwarding permissions).
type grant struct {
	role, on, command string
	seenBy            string // the permission with which it can be looked at
	policy            func(context.Context) (*iampb.Policy, error)
}

func (a *Admin) grants() []grant {
	letters, source := a.deadLetters(), a.Subscription()
	return []grant{
		{"roles/pubsub.publisher", "topic " + letters.Name, "topics add-iam-policy-binding " + letters.Name, "pubsub.topics.getIamPolicy",
			func(ctx context.Context) (*iampb.Policy, error) {
				return a.topics.GetIamPolicy(ctx, &iampb.GetIamPolicyRequest{Resource: letters.Path()})
			}},
		{"roles/pubsub.subscriber", "subscription " + source, "subscriptions add-iam-policy-binding " + source, "pubsub.subscriptions.getIamPolicy",
			func(ctx context.Context) (*iampb.Policy, error) {
				return a.subscriptions.GetIamPolicy(ctx, &iampb.GetIamPolicyRequest{Resource: a.cfg.Topic.SubscriptionPath(source)})
			}},
	}
}

// planGrants are the rights that Pub/Sub itself is not seen to have: it lacks them,
// has them on the whole project, which is more than is needed, or this login may
// not look.
func (a *Admin) planGrants(ctx context.Context) (plan setup.Plan) {
	for _, g := range a.grants() {
		granted, err := g.given(ctx)
		have := "without " + g.role
		switch status.Code(err) {
		case codes.OK, codes.NotFound:
		case codes.Unimplemented: // the emulator knows no rights
			granted = true
		case codes.PermissionDenied:
			have = "cannot be seen: this login lacks " + g.seenBy + " there"
		default:
			have = "could not be seen (" + status.Code(err).String() + ")"
		}
		if !granted {
			plan = append(plan, setup.Change{
				Party: party,
				Thing: g.on + " rights of Pub/Sub's service agent",
				Have:  have,
				Want:  g.sentence(a.cfg.Topic.Project),
			})
		}
	}

	return plan
}

func (g grant) sentence(project string) string {
	return fmt.Sprintf("%s, or dead letters cannot be made. Whoever owns the project runs: gcloud pubsub %s --project=%s --role=%s "+
		"--member=serviceAccount:service-$(gcloud projects describe %s --format='value(projectNumber)')@gcp-sa-pubsub.iam.gserviceaccount.com",
		g.role, g.command, project, g.role, project)
}

// given reports whether Pub/Sub's service agent has the role there.
func (g grant) given(ctx context.Context) (bool, error) {
	policy, err := g.policy(ctx)
	if err != nil {
		return false, err
	}
	for _, binding := range policy.GetBindings() {
		if binding.GetRole() != g.role {
			continue
		}
		for _, member := range binding.GetMembers() {
			if serviceAgent.MatchString(member) {
				return true, nil
			}
		}
	}
	return false, nil
}
