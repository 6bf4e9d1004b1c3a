package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// list prints what was given up. What a letter says comes from outside,
// and stays within its line.
func (r *replaying) list(ctx context.Context) error {
	all, err := r.letters(ctx)
	if err != nil {
		return err
	}

	if len(all) == 0 {
		return r.nothing()
	}
	return r.lines(all)
}

// lines prints a line or two for each letter.
func (r *replaying) lines(all []letter) error {
	var text strings.Builder
	for _, l := range all {
		if l.stray != nil {
			fmt.Fprintf(&text, "%-10s  kept %s  %s\n", l.id, l.stray.Kept.Format(time.RFC3339), oneLine(l.stray.Why))
			continue
		}
		e := l.dead.Delivery.Event
		fmt.Fprintf(&text, "%-10s  given up %s after %s  %s\n            %s\n",
			l.id, l.dead.Buried.Format(time.RFC3339), several(l.dead.Delivery.Attempts, "attempt"),
			oneLine(fmt.Sprintf("%s %s of %s", e.Kind, e.Word, e.Call)), oneLine(l.dead.Cause))
	}

	_, err := io.WriteString(r.out, text.String())
	return err
}

// show prints what is otherwise never printed: whoever reads it has the database.
func (r *replaying) show(_ context.Context, l letter) error {
	if l.stray != nil {
		_, err := fmt.Fprintf(r.out, "%s  message %s, kept %s\n  why:  %s\n  attributes: %s\n  data: %s\n",
			l.id, oneLine(l.stray.ID), l.stray.Kept.Format(time.RFC3339), oneLine(l.stray.Why), oneLine(asPairs(l.stray.Attributes)), oneLine(string(l.stray.Data)))
		return err
	}
	e := l.dead.Delivery.Event
	_, err := fmt.Fprintf(r.out, "%s  given up %s after %s\n  why:    %s\n  call:   %s\n  event:  %s, kept %s\n  appointment: %s\n  report: %s\n",
		l.id, l.dead.Buried.Format(time.RFC3339), several(l.dead.Delivery.Attempts, "attempt"), oneLine(l.dead.Cause), oneLine(e.Call),
		oneLine(fmt.Sprintf("%s %s, id %s, leg %s", e.Kind, e.Word, e.ID, e.Leg)), e.Kept.Format(time.RFC3339), oneLine(e.Appointment), oneLine(string(e.Report)))
	return err
}

// asPairs are attributes in the order of their names.
func asPairs(attributes map[string]string) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		all = append(all, name+"="+attributes[name])
	}
	return strings.Join(all, " ")
}
