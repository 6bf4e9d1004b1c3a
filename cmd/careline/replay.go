package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"perci.health/careline"
	"perci.health/careline/pubsub"
	"perci.health/careline/store"
)

// replaying is a run of careline replay.
type replaying struct {
	open  func(ctx context.Context, get func(string) string) (store.Store, error)
	quiet time.Duration // then Google holds no more
	now   time.Time

	store      store.Store
	get        func(string) string // answers settings
	out, aside io.Writer
	apply      bool
}

// letterwise does one thing with each of the letters named.
func (r *replaying) letterwise(ctx context.Context, ids []string, do func(context.Context, letter) error) error {
	letters, err := r.named(ctx, ids)
	if err != nil {
		return err
	}
	if len(letters) == 0 {
		return r.nothing()
	}

	watch := watched(r.aside, "letter", len(letters))
	defer watch.end()
	for i, l := range letters {
		watch.at(i)
		if err := do(ctx, l); err != nil {
			return fmt.Errorf("%s: %w", l.id, err)
		}
	}
	return nil
}

// planned shows the letters named, and what --apply would do with them.
func (r *replaying) planned(ctx context.Context, ids []string, would string) error {
	letters, err := r.named(ctx, ids)
	if err != nil {
		return err
	}
	if len(letters) == 0 {
		return r.nothing()
	}
	if err := r.lines(letters); err != nil {
		return err
	}
	return r.plan("%s would be %s.", several(len(letters), "letter"), would)
}

// plan says what would be done, and how to have it done.
func (r *replaying) plan(format string, args ...any) error {
	_, err := fmt.Fprintf(r.out, format+howToApply, args...)
	return err
}

func (r *replaying) nothing() error {
	_, err := fmt.Fprintln(r.out, "Nothing was given up.")
	return err
}

// letter is something that was given up: a delivery, or a stray.
type letter struct {
	id    string // chart/12
	dead  store.Dead
	stray *careline.Stray // nil: it is a delivery
}

// strayKind begins the id of a stray, where that of a delivery has its consumer.
const strayKind = "stray"

func (r *replaying) letters(ctx context.Context) (all []letter, err error) {
	for _, consumer := range []string{chart, pubsub.ForwardConsumer} {
		dead, err := r.store.Dead(ctx, consumer)
		if err != nil {
			return nil, err
		}
		for _, d := range dead {
			all = append(all, letter{id: consumer + "/" + strconv.FormatInt(d.Delivery.Event.Seq, 10), dead: d})
		}
	}

	strays, err := r.store.Strays(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range strays {
		all = append(all, letter{id: strayKind + "/" + strconv.FormatInt(s.Seq, 10), stray: &s})
	}

	return all, nil
}

// named are the letters of these ids, or all.
func (r *replaying) named(ctx context.Context, ids []string) (some []letter, err error) {
	if slices.Equal(ids, []string{"all"}) {
		return r.letters(ctx)
	}
	for _, id := range ids {
		l, err := r.letter(ctx, id)
		if careline.CodeOf(err) == careline.CodeNotFound {
			return nil, fmt.Errorf("there is no %q; careline replay lists what there is", id)
		}
		if err != nil {
			return nil, err
		}
		some = append(some, l)
	}
	return some, nil
}

// letter is the one of this id. No other is read: there may be thousands after an
// outage, and a stray may have 10 MB.
func (r *replaying) letter(ctx context.Context, id string) (letter, error) {
	kind, place, _ := strings.Cut(id, "/")
	seq, err := strconv.ParseInt(place, 10, 64)
	if err != nil {
		return letter{}, careline.NewError(careline.CodeNotFound, "This is no id.", nil)
	}
	if kind == strayKind {
		s, err := r.store.Stray(ctx, seq)
		return letter{id: id, stray: &s}, err
	}
	dead, err := r.store.DeadOne(ctx, kind, seq)
	return letter{id: id, dead: dead}, err
}

func (r *replaying) again(ctx context.Context, l letter) error {
	if l.stray == nil {
		if err := r.store.Revive(ctx, l.dead.Delivery.Consumer, l.dead.Delivery.Event.Seq); err != nil {
			return err
		}
		_, err := fmt.Fprintf(r.out, "%s will be delivered again.\n", l.id)
		return err
	}

	account, err := r.account()
	if err != nil {
		return err
	}
	e, err := (&pubsub.Inbox{Understand: understanding(account)}).Read(*l.stray)
	if err != nil {
		return fmt.Errorf("still cannot be read: %w", err)
	}
	if _, _, err := r.store.Append(ctx, e); err != nil {
		return err
	}
	if err := r.store.DropStray(ctx, l.stray.Seq); err != nil {
		return err
	}

	_, err = fmt.Fprintf(r.out, "%s was read: %s of %s.\n", l.id, e.Kind, e.Leg)
	return err
}

func (r *replaying) discard(ctx context.Context, l letter) error {
	var err error
	if l.stray != nil {
		err = r.store.DropStray(ctx, l.stray.Seq)
	} else {
		err = r.store.Discard(ctx, l.dead.Delivery.Consumer, l.dead.Delivery.Event.Seq)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(r.out, "%s is gone.\n", l.id)
	return err
}
