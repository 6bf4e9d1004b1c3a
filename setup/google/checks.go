package google

import (
	"context"
	"fmt"
	"strings"

	"cloud.google.com/go/iam/apiv1/iampb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"perci.health/careline/setup"
)

// What the checks ask about. The names are in scripts: never change one.
const (
	aboutTopic        = "pubsub: topic"
	aboutPublish      = "pubsub: may publish"
	aboutSubscription = "pubsub: subscription"
	aboutPush         = "pubsub: push endpoint"
	aboutToken        = "pubsub: push token"
	aboutOrdering     = "pubsub: ordering"
	aboutDeadline     = "pubsub: ack deadline"
	aboutRetry        = "pubsub: retry policy"
	aboutLetters      = "pubsub: dead letters"
	aboutGrants       = "pubsub: dead-letter rights"
	aboutOurs         = "pubsub: our push address"
)

const provisionDoes = "Run careline provision, look at its plan, and run it again with --apply."

// Checks are what careline doctor asks of Pub/Sub. They change nothing.
func (a *Admin) Checks() []setup.Check {
	checks := []setup.Check{
		{Name: aboutTopic, Ask: a.checkTopic},
		{Name: aboutPublish, Needs: aboutTopic, Ask: a.checkPublish},
		{Name: aboutSubscription, Needs: aboutTopic, Ask: a.about(aboutSubscription, "it exists, is on our topic, never expires and keeps messages for 7 days")},
		{Name: aboutPush, Needs: aboutTopic, Ask: a.about(aboutPush, "messages come to us, wrapped")},
		{Name: aboutToken, Needs: aboutTopic, Ask: a.about(aboutToken, "pushes are signed as the settings say")},
		{Name: aboutOrdering, Needs: aboutTopic, Ask: a.about(aboutOrdering, "the reports of a call come in order")},
		{Name: aboutDeadline, Needs: aboutTopic, Ask: a.about(aboutDeadline, "there is time enough to answer")},
		{Name: aboutRetry, Needs: aboutTopic, Ask: a.about(aboutRetry, "failed deliveries are repeated with growing pauses")},
		{Name: aboutLetters, Needs: aboutTopic, Ask: a.checkLetters},
		{Name: aboutGrants, Needs: aboutTopic, Ask: a.checkGrants},
	}
	if a.cfg.Pull == "" {
		checks = append(checks, setup.Check{Name: aboutOurs, Ask: a.checkOurs}) // it asks us, not Google
	}

	return checks
}

// unasked is the finding when Pub/Sub did not answer the question.
func unasked(err error) setup.Finding {
	switch status.Code(err) {
	case codes.Unimplemented:
		return setup.Skipped("this Pub/Sub does not say: it is the emulator")
	case codes.Unauthenticated:
		return setup.Doubt("Google does not know this login: "+status.Convert(err).Message(),
			"Put the login right (Application Default Credentials), or run the doctor as somebody who has one.").Blocking()
	case codes.PermissionDenied:
		return setup.Doubt("Google does not let this login look: "+status.Convert(err).Message(),
			"Give it the role roles/pubsub.viewer on the project, or run the doctor as somebody who has it.")
	}
	return setup.Fault("Pub/Sub did not answer: "+status.Convert(err).Message(),
		"Check PUBSUB_PROJECT, the network and the login (Application Default Credentials).").Blocking()
}

func (a *Admin) checkTopic(ctx context.Context) setup.Finding {
	have, err := a.topic(ctx, a.cfg.Topic.Path())
	switch {
	case err != nil:
		return unasked(err)
	case have == nil:
		return setup.Fault("There is no topic "+a.cfg.Topic.Path()+".", provisionDoes)
	}
	keeps, should := topicKeeps(have), topicRetention.String()
	if keeps != should {
		return setup.Fault("The topic keeps messages for "+keeps+" once they are acknowledged, and should for "+should+
			": what a restored database lacks comes back from there.", provisionDoes)
	}
	return setup.Good("The topic exists and keeps messages for " + keeps + ", in " + regions(have) + ".")
}

func (a *Admin) checkPublish(ctx context.Context) setup.Finding {
	const permission = "pubsub.topics.publish"
	answer, err := a.topics.TestIamPermissions(ctx, &iampb.TestIamPermissionsRequest{Resource: a.cfg.Topic.Path(), Permissions: []string{permission}})
	switch {
	case status.Code(err) == codes.NotFound:
		return setup.Fault("There is no topic to publish to.", provisionDoes)
	case err != nil:
		return unasked(err)
	case len(answer.GetPermissions()) == 0:
		return setup.Fault("This login may not publish to the topic.", "Give it the role roles/pubsub.publisher on the topic "+a.cfg.Topic.Name+".")
	}
	return setup.Good("This login may publish to the topic.")
}

// about finds out whether the subscription differs in what a check is about.
func (a *Admin) about(what, good string) func(context.Context) setup.Finding {
	return func(ctx context.Context) setup.Finding {
		have, err := a.subscription(ctx, a.Subscription())
		switch {
		case err != nil:
			return unasked(err)
		case have == nil:
			return setup.Fault("There is no subscription "+a.Subscription()+".", provisionDoes)
		case have.GetDetached():
			return setup.Fault("The subscription is detached from its topic.", provisionDoes)
		}

		for _, d := range differences(have, a.wanted()) {
			if d.about == what {
				return setup.Fault(fmt.Sprintf("The subscription's %s is %s, and should be %s.", d.thing, d.have, d.want), provisionDoes)
			}
		}
		return setup.Good("The subscription is right: " + good + ".")
	}
}

func (a *Admin) checkLetters(ctx context.Context) setup.Finding {
	if found := a.about(aboutLetters, "")(ctx); found.Verdict != setup.VerdictGood {
		return found
	}
	have, err := a.topic(ctx, a.deadLetters().Path())
	switch {
	case err != nil:
		return unasked(err)
	case have == nil:
		return setup.Fault("There is no topic "+a.deadLetters().Name+" for dead letters.", provisionDoes)
	}

	held, err := a.subscription(ctx, a.deadLetters().Name)
	switch {
	case err != nil:
		return unasked(err)
	case held == nil || held.GetDetached():
		return setup.Fault("There is no subscription "+a.deadLetters().Name+" on the topic for dead letters: what comes to it is lost.", provisionDoes)
	}

	if all := differences(held, a.wantedLetters()); len(all) > 0 {
		return setup.Fault(fmt.Sprintf("The %s of the subscription that holds dead letters is %s, and should be %s.", all[0].thing, all[0].have, all[0].want), provisionDoes)
	}

	return setup.Good(fmt.Sprintf("After %d attempts a message is a dead letter, and is held.", attempts))
}

// checkGrants may be asked by a login that sees the subscription, but not who has
// rights on it: no role for looking at Pub/Sub holds that permission.
func (a *Admin) checkGrants(ctx context.Context) setup.Finding {
	var unseen []string
	for _, g := range a.grants() {
		granted, err := g.given(ctx)
		switch {
		case status.Code(err) == codes.NotFound:
			return setup.Fault("There is no "+g.on+".", provisionDoes)
		case status.Code(err) == codes.PermissionDenied:
			unseen = append(unseen, g.seenBy+" on the "+g.on+" (whether Pub/Sub's service agent has "+g.role+" there)")
		case err != nil:
			return unasked(err)
		case !granted:
			return setup.Doubt("Pub/Sub's service agent is not seen to have "+g.role+" on the "+g.on+"; it may have it on the whole project.",
				"If not: "+g.sentence(a.cfg.Topic.Project))
		}
	}

	if len(unseen) > 0 {
		return setup.Skipped("Whether Pub/Sub may make dead letters was not looked at. To look, this login needs " + strings.Join(unseen, ", and ") +
			". roles/pubsub.viewer does not hold that; the custom role of deploy/terraform/identities.tf does, and roles/iam.securityReviewer.")
	}

	return setup.Good("Pub/Sub may make dead letters.")
}
