package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"perci.health/careline"
	"perci.health/careline/pubsub"
	"perci.health/careline/store"
)

const replayUsage = `careline replay: what could not be delivered, and the record of calls anew.

  careline replay [list]               list what was given up: deliveries (chart/12, pubsub/12) and
                                       messages that nobody could read (stray/3)
  careline replay show ID …            one of them in full, with the numbers in it
  careline replay again ID … | all     deliver it again; read a stray again
  careline replay discard ID …         drop it; a delivery's event stays in the log
  careline replay calls KEY …          file calls again as they stand; --since 2026-11-01 in place of keys for every
                                       call with an event since then; --whole for every version, after the record lost them
  careline replay google               take the dead letters that Google Pub/Sub holds: their events into the log, and what
                                       nobody can read among the strays

It reads DATABASE_URL, for strays TWILIO_ACCOUNT_SID, whose reports they have to be, and google also PUBSUB_PROJECT and PUBSUB_TOPIC. A SQLite database belongs to one process: stop the service first. Whatever is to be delivered is
delivered by the service, as soon as it runs.
`

// replaying is a run of careline replay.
type replaying struct {
	store store.Store
	get   func(string) string // answers settings
	quiet time.Duration       // then Google holds no more
	now   time.Time
	out   io.Writer
}

func runReplay(ctx context.Context, args []string, out io.Writer) error {
	return replay(ctx, os.Getenv, args, out)
}

// replay does what args ask for, with the settings that get answers.
func replay(ctx context.Context, get func(string) string, args []string, out io.Writer) error {
	r := &replaying{
		get:   get,
		quiet: googleQuiet,
		now:   time.Now(),
		out:   out,
	}
	do, err := r.asked(args)
	if err != nil {
		return helped(err)
	}
	s, err := openStore(ctx, &reader{get: get})
	if err != nil {
		return err
	}

	r.store = s
	return errors.Join(do(ctx), s.Close())
}

// asked is what args ask for. Nothing is opened before they are understood.
func (r *replaying) asked(args []string) (do func(context.Context) error, err error) {
	if len(args) == 0 || slices.Equal(args, []string{"list"}) {
		return r.list, nil
	}

	switch args[0] {
	case "calls":
		return r.askedCalls(args[1:])
	case "google":
		return r.askedGoogle(args[1:])
	}

	if args[0] == "help" || slices.Contains(args, "-h") || slices.Contains(args, "--help") {
		if _, err := fmt.Fprint(r.out, replayUsage); err != nil {
			return nil, err
		}
		return nil, flag.ErrHelp
	}

	each, known := map[string]func(context.Context, letter) error{"show": r.show, "again": r.again, "discard": r.discard}[args[0]]
	switch {
	case !known:
		return nil, fmt.Errorf("replay does not know %q; see careline replay --help", args[0])
	case len(args) == 1:
		return nil, errors.New("say which, such as chart/12; careline replay lists them")
	}

	return func(ctx context.Context) error { return r.letterwise(ctx, args[1:], each) }, nil
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
	for _, l := range letters {
		if err := do(ctx, l); err != nil {
			return fmt.Errorf("%s: %w", l.id, err)
		}
	}
	return nil
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

// askedCalls is which calls are to be filed in the health record again, and how.
func (r *replaying) askedCalls(args []string) (do func(context.Context) error, err error) {
	flags := flag.NewFlagSet("careline replay calls", flag.ContinueOnError)
	flags.SetOutput(r.out)
	since := flags.String("since", "", "every call with an event since this `date`, such as 2026-11-01")
	whole := flags.Bool("whole", false, "every event of the call, a version each: after the record has lost it")
	keys, err := parseMixed(flags, args)
	if err != nil {
		return nil, err
	}
	if (*since == "") == (len(keys) == 0) {
		return nil, errors.New("say which calls: their keys, or --since and a date")
	}

	var from time.Time
	if *since != "" {
		if from, err = time.Parse(time.DateOnly, *since); err != nil {
			return nil, errors.New("--since must be a date such as 2026-11-01")
		}
	}

	return func(ctx context.Context) (err error) {
		if *since != "" {
			if keys, err = r.store.CallsKept(ctx, from, r.now); err != nil {
				return err
			}
		}
		return r.calls(ctx, keys, *whole)
	}, nil
}

// parseMixed reads flags that stand before, between and after other words, which
// it returns.
func parseMixed(flags *flag.FlagSet, args []string) (words []string, err error) {
	for {
		if err := flags.Parse(args); err != nil || flags.NArg() == 0 {
			return words, err
		}
		words, args = append(words, strings.TrimSpace(flags.Arg(0))), flags.Args()[1:]
	}
}

// calls files calls in the health record again.
func (r *replaying) calls(ctx context.Context, keys []string, whole bool) error {
	for i, key := range keys {
		err := claimed(ctx, r.store, key, func(held context.Context) error { return r.store.Refile(held, chart, key, whole) })
		if err != nil {
			return fmt.Errorf("%d of %s will be filed again, then %s: %w", i, several(len(keys), "call"), key, err)
		}
	}
	_, err := fmt.Fprintf(r.out, "%s will be filed again.\n", several(len(keys), "call"))
	return err
}
