package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
	"perci.health/careline/fhir"
	"perci.health/careline/store"
)

// exporting is a run of careline export.
type exporting struct {
	store  store.Store
	record *fhir.Client // nil: it is left out
	now    time.Time
	out    io.Writer
}

// exportFlags are what the export can be told.
type exportFlags struct {
	patient careline.Reference
	file    string
	logOnly bool
}

// runExport writes down everything that is held about a patient, for who asks what is.
func runExport(ctx context.Context, args []string, out io.Writer) error {
	f, err := exportAsked(args, out)
	if err != nil {
		return helped(err)
	}

	r := &reader{get: os.Getenv}
	e := &exporting{now: time.Now(), out: out}
	if !f.logOnly {
		if e.record, err = recordOf(r); err != nil {
			return err
		}
	}
	if e.store, err = openStore(ctx, r); err != nil {
		return err
	}
	return errors.Join(e.run(ctx, f), e.store.Close())
}

// exportAsked is what args ask for.
func exportAsked(args []string, out io.Writer) (f exportFlags, err error) {
	flags := flag.NewFlagSet("careline export", flag.ContinueOnError)
	flags.SetOutput(out)
	patient := flags.String("patient", "", "write down everything that is held about this patient, such as `Patient/ID`")
	flags.StringVar(&f.file, "out", "", "the `file` to write, which must not be there yet and can be read by its owner alone; without it the export is printed")
	flags.BoolVar(&f.logOnly, "log-only", false, "leave out what the health record holds, such as while it is away")
	if err := parse(flags, args); err != nil {
		return f, err
	}

	id := strings.TrimPrefix(*patient, "Patient/")
	if !careline.ValidID(id) {
		return f, errors.New("--patient must be the patient's id in the health record, as Patient/ID")
	}
	f.patient = careline.Reference("Patient/" + id)
	return f, nil
}

// recordOf is the health record, for a command that asks it now and then.
func recordOf(r *reader) (*fhir.Client, error) {
	f := readFHIR(r)
	if len(r.faults) > 0 {
		return nil, r.faults
	}
	c := fhir.Config{
		BaseURL:      f.baseURL.String(),
		ClientID:     f.clientID,
		ClientSecret: f.secret.Reveal(),
		Timeout:      time.Minute,
	}
	if f.tokenURL != nil {
		c.TokenURL = f.tokenURL.String()
	}
	return fhir.New(c)
}

func (e *exporting) run(ctx context.Context, f exportFlags) (err error) {
	whole, err := e.gather(ctx, f.patient)
	if err != nil {
		return err
	}
	if f.file == "" {
		return writeExport(e.out, whole)
	}

	file, err := os.OpenFile(f.file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("there is a file %s already: name another one with --out", f.file)
	}
	if err != nil {
		return fmt.Errorf("make the file of the export: %w", err)
	}
	if err := errors.Join(writeExport(file, whole), file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("write the export: %w", errors.Join(err, os.Remove(f.file))) // a part of it must not pass for the whole
	}

	_, err = fmt.Fprintf(e.out, "Wrote to %s: %s of %s. It holds names and numbers: keep it as you keep the health record.\n",
		f.file, several(len(whole.Calls), "call"), f.patient)
	return err
}

func writeExport(to io.Writer, whole export) error {
	text, err := json.MarshalIndent(whole, "", "  ")
	if err != nil {
		return err
	}
	_, err = to.Write(append(text, '\n'))
	return err
}

// gather reads everything before anything is written.
func (e *exporting) gather(ctx context.Context, patient careline.Reference) (export, error) {
	whole := export{
		Format:        exportFormat,
		Patient:       patient,
		Made:          e.now.UTC(),
		Calls:         []exportedCall{},
		RecordLeftOut: e.record == nil,
	}
	whose := calls.Whose{Log: e.store}
	if e.record != nil {
		whose.Recorded = e.record.RecordedFor
	}
	keys, err := whose.Calls(ctx, patient)
	if err != nil {
		return export{}, err
	}

	for _, key := range keys {
		events, err := e.store.Events(ctx, key)
		if err != nil {
			return export{}, err
		}
		filing, err := e.store.Filing(ctx, key)
		if err != nil {
			return export{}, err
		}
		whole.Calls = append(whole.Calls, exportedCallOf(key, events, filing))
	}
	return whole, e.gatherRecord(ctx, patient, &whole)
}

// gatherRecord adds what the record holds. It may know no AuditEvents, and then there are
// none of ours.
func (e *exporting) gatherRecord(ctx context.Context, patient careline.Reference, whole *export) error {
	if e.record == nil {
		return nil
	}
	filed, err := e.record.Communications(ctx, patient)
	if err != nil {
		return err
	}
	whole.Record = &exportedRecord{Communications: []exportedResource{}, AuditEvents: []json.RawMessage{}}
	for _, versions := range filed {
		one := exportedResource{Versions: []json.RawMessage{}}
		for _, v := range versions {
			one.ID, one.Versions = v.ID, append(one.Versions, v.JSON)
		}
		whole.Record.Communications = append(whole.Record.Communications, one)
	}

	looked, err := e.record.AuditEvents(ctx, patient)
	if err != nil {
		whole.Record.AuditEventsUnread = err.Error()
	}
	for _, r := range looked {
		whole.Record.AuditEvents = append(whole.Record.AuditEvents, r.JSON)
	}
	return nil
}
