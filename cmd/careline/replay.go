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
	"perci.health/careline/events"
	"perci.health/careline/store"
)

const replayUsage = `careline replay: what could not be delivered, and the record of calls anew.

  careline replay                      list what was given up: deliveries (chart/12, pubsub/12) and
                                       messages that nobody could read (stray/3)
  careline replay show ID …            one of them in full, with the numbers in it
  careline replay again ID … | all     deliver it again; read a stray again
  careline replay discard ID …         drop it; a delivery's event stays in the log
  careline replay calls KEY …          file calls again as they stand; --since 2026-11-01 for every call with
                                       an event since then; --whole for every version, after the record lost them

It reads DATABASE_URL. A SQLite database belongs to one process: stop the service first. Whatever is to be delivered is
delivered by the service, as soon as it runs.
`

// replaying is a run of careline replay.
type replaying struct {
	store store.Store
	read  func(m careline.Stray) (careline.CallEvent, error)
	now   time.Time
	out   io.Writer
}

func runReplay(ctx context.Context, args []string, out io.Writer) error {
	if len(args) > 0 && slices.Contains([]string{"help", "-h", "--help"}, args[0]) {
		_, err := fmt.Fprint(out, replayUsage)
		return err
	}
	s, err := openStore(ctx, &reader{get: os.Getenv})
	if err != nil {
		return err
	}
	r := replaying{store: s, read: (&events.Inbox{Understand: understand}).Read, now: time.Now(), out: out}
	return errors.Join(r.run(ctx, args), s.Close())
}

// openStore opens the log for a command that runs beside the service, or instead of it.
func openStore(ctx context.Context, r *reader) (store.Store, error) {
	url := databaseURL(r)
	if len(r.faults) > 0 {
		return nil, errors.New(r.faults[0])
	}
	return store.Open(ctx, store.Config{URL: url.Reveal(), Consumers: []string{chart}, Outbound: []string{events.ForwardConsumer}})
}

func (r replaying) run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return r.list(ctx)
	}
	if args[0] == "calls" {
		return r.calls(ctx, args[1:])
	}
	do, known := map[string]func(context.Context, letter) error{"show": r.show, "again": r.again, "discard": r.discard}[args[0]]
	if !known {
		return fmt.Errorf("replay does not know %q; see careline replay help", args[0])
	}
	letters, err := r.named(ctx, args[1:])
	if err != nil {
		return err
	}
	for _, l := range letters {
		if err := do(ctx, l); err != nil {
			return fmt.Errorf("%s: %w", l.id, err)
		}
	}
	return nil
}

// letter is something that was given up: a delivery, or a stray.
type letter struct {
	id    string // chart/12
	dead  store.Dead
	stray *careline.Stray // nil: it is a delivery
}

func (r replaying) letters(ctx context.Context) (all []letter, err error) {
	for _, consumer := range []string{chart, events.ForwardConsumer} {
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
		all = append(all, letter{id: "stray/" + strconv.FormatInt(s.Seq, 10), stray: &s})
	}
	return all, nil
}

// named are the letters of these ids, or all.
func (r replaying) named(ctx context.Context, ids []string) (some []letter, err error) {
	if len(ids) == 0 {
		return nil, errors.New("say which, such as chart/12; careline replay lists them")
	}
	all, err := r.letters(ctx)
	if err != nil || slices.Equal(ids, []string{"all"}) {
		return all, err
	}
	for _, id := range ids {
		i := slices.IndexFunc(all, func(l letter) bool { return l.id == id })
		if i < 0 {
			return nil, fmt.Errorf("there is no %q; careline replay lists what there is", id)
		}
		some = append(some, all[i])
	}
	return some, nil
}

func (r replaying) list(ctx context.Context) error {
	all, err := r.letters(ctx)
	if err != nil {
		return err
	}
	for _, l := range all {
		if l.stray != nil {
			fmt.Fprintf(r.out, "%-10s  kept %s  %s\n", l.id, l.stray.Kept.Format(time.RFC3339), l.stray.Why)
			continue
		}
		e := l.dead.Delivery.Event
		fmt.Fprintf(r.out, "%-10s  given up %s after %d tries  %s %s of %s\n            %s\n",
			l.id, l.dead.Buried.Format(time.RFC3339), l.dead.Delivery.Attempts, e.Kind, e.Word, e.Call, l.dead.Cause)
	}
	if len(all) == 0 {
		fmt.Fprintln(r.out, "Nothing was given up.")
	}
	return nil
}

// show prints what is otherwise never printed: whoever reads it has the database.
func (r replaying) show(_ context.Context, l letter) error {
	if l.stray != nil {
		_, err := fmt.Fprintf(r.out, "%s  message %s, kept %s\n  why:  %s\n  attributes: %v\n  data: %s\n",
			l.id, l.stray.ID, l.stray.Kept.Format(time.RFC3339), l.stray.Why, l.stray.Attributes, l.stray.Data)
		return err
	}
	e := l.dead.Delivery.Event
	_, err := fmt.Fprintf(r.out, "%s  given up %s after %d tries\n  why:    %s\n  call:   %s\n  event:  %s %s, id %s, leg %s, kept %s\n  appointment: %s\n  report: %s\n",
		l.id, l.dead.Buried.Format(time.RFC3339), l.dead.Delivery.Attempts, l.dead.Cause, e.Call,
		e.Kind, e.Word, e.ID, e.Leg, e.Kept.Format(time.RFC3339), e.Appointment, e.Report)
	return err
}

func (r replaying) again(ctx context.Context, l letter) error {
	if l.stray == nil {
		if err := r.store.Revive(ctx, l.dead.Delivery.Consumer, l.dead.Delivery.Event.Seq); err != nil {
			return err
		}
		_, err := fmt.Fprintf(r.out, "%s will be delivered again.\n", l.id)
		return err
	}
	e, err := r.read(*l.stray)
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

func (r replaying) discard(ctx context.Context, l letter) error {
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

// calls files calls in the health record again.
func (r replaying) calls(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("careline replay calls", flag.ContinueOnError)
	flags.SetOutput(r.out)
	since := flags.String("since", "", "every call with an event since this `date`, such as 2026-11-01")
	whole := flags.Bool("whole", false, "every event of the call, a version each: after the record has lost it")
	if err := flags.Parse(args); err != nil {
		return helped(err)
	}
	keys := flags.Args()
	if (*since == "") == (len(keys) == 0) {
		return errors.New("say which calls: their keys, or --since and a date")
	}
	if *since != "" {
		from, err := time.Parse(time.DateOnly, *since)
		if err != nil {
			return errors.New("--since must be a date such as 2026-11-01")
		}
		if keys, err = r.store.CallsKept(ctx, from, r.now); err != nil {
			return err
		}
	}
	return r.refile(ctx, keys, *whole)
}

// refile goes on past calls that are being filed, and names them: beside a service
// that runs there are always some.
func (r replaying) refile(ctx context.Context, keys []string, whole bool) error {
	var busy []string
	for _, key := range keys {
		key = strings.TrimSpace(key)
		err := claimed(ctx, r.store, key, func() error { return r.store.Refile(ctx, chart, key, whole) })
		if errors.Is(err, errBusy) {
			busy = append(busy, key)
		} else if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	if _, err := fmt.Fprintf(r.out, "%d calls will be filed again.\n", len(keys)-len(busy)); err != nil || len(busy) == 0 {
		return err
	}
	return fmt.Errorf("%d calls are being filed at this moment; try them again: careline replay calls %s", len(busy), strings.Join(busy, " "))
}

var errBusy = errors.New("it is being filed at this moment: try again")

// claimed has do done while nobody files the call: an instance that is about to
// save where the call stands would undo it.
func claimed(ctx context.Context, log store.Store, key string, do func() error) error {
	ok, err := log.Claim(ctx, chart, key)
	if err != nil {
		return err
	}
	if !ok {
		return errBusy
	}
	return errors.Join(do(), log.Release(ctx, chart, key))
}
