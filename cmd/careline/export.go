package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"perci.health/careline"
	"perci.health/careline/calls"
	"perci.health/careline/fhir"
	"perci.health/careline/store"
)

// exporting is a run of careline export.
type exporting struct {
	open func(ctx context.Context, get func(string) string) (store.Store, error)
	now  time.Time

	store   store.Store
	record  *fhir.Client // nil: it is left out
	out     io.Writer
	patient string
	file    string
	logOnly bool
}

// exportCommand writes down everything that is held about a patient, for who asks what is.
func exportCommand(from source) *cobra.Command {
	e := &exporting{now: time.Now(), open: openSet}
	return e.command(from)
}

func (e *exporting) command(from source) *cobra.Command {
	c := &cobra.Command{
		Use:   "export",
		Short: "Write down everything that is held about a patient",
		Args:  noWords,
	}

	c.Flags().StringVar(&e.patient, "patient", "", "write down everything that is held about this patient, by `id`, such as Patient/ID")
	c.Flags().StringVar(&e.file, "out", "", "the `file` to write, which must not be there yet and can be read by its owner alone; without it the export is printed")
	c.Flags().BoolVar(&e.logOnly, "log-only", false, "leave out what the health record holds, such as while it is away")
	return withSettings(c, from, func(c *cobra.Command, from source, _ []string) error {
		e.out = c.OutOrStdout()
		id := strings.TrimPrefix(e.patient, "Patient/")
		if !careline.ValidID(id) {
			return errors.New("--patient must be the patient's id in the health record, as Patient/ID")
		}

		var err error
		if !e.logOnly {
			if e.record, err = recordOf(newReader(from.get)); err != nil {
				return err
			}
		}
		if e.store, err = e.open(c.Context(), from.get); err != nil {
			return err
		}
		return errors.Join(e.run(c.Context(), careline.Reference("Patient/"+id)), e.store.Close())
	})
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
		Systems:      f.systems,
		Timeout:      time.Minute,
	}
	if f.tokenURL != nil {
		c.TokenURL = f.tokenURL.String()
	}
	return fhir.New(c)
}

func (e *exporting) run(ctx context.Context, patient careline.Reference) (err error) {
	whole, err := e.gather(ctx, patient)
	if err != nil {
		return err
	}
	if e.file == "" {
		return writeExport(e.out, whole)
	}

	file, err := os.OpenFile(e.file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("there is a file %s already: name another one with --out", e.file)
	}
	if err != nil {
		return fmt.Errorf("make the file of the export: %w", err)
	}
	if err := errors.Join(writeExport(file, whole), file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("write the export: %w", errors.Join(err, os.Remove(e.file))) // a part of it must not pass for the whole
	}

	_, err = fmt.Fprintf(e.out, "Wrote to %s: %s of %s. It holds names and numbers: keep it as you keep the health record.\n",
		e.file, several(len(whole.Calls), "call"), patient)
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

	looks, err := calls.Looked{Log: e.store}.At(ctx, patient, e.now)
	if err != nil {
		return export{}, err
	}
	whole.Looks = exportedLooksOf(looks)
	return whole, e.gatherRecord(ctx, patient, &whole)
}

// gatherRecord adds what the record holds. It may know no AuditEvents and no Media, and
// then there are none of ours.
func (e *exporting) gatherRecord(ctx context.Context, patient careline.Reference, whole *export) error {
	if e.record == nil {
		return nil
	}
	filed, err := e.record.Communications(ctx, patient)
	if err != nil {
		return err
	}
	whole.Record = &exportedRecord{
		Communications: exportedResourcesOf(filed),
		AuditEvents:    []json.RawMessage{},
	}

	media, err := e.record.Media(ctx, patient)
	if err != nil {
		whole.Record.MediaUnread = err.Error()
	}
	whole.Record.Media = exportedResourcesOf(media)

	looked, err := e.record.AuditEvents(ctx, patient)
	if err != nil {
		whole.Record.AuditEventsUnread = err.Error()
	}
	for _, r := range looked {
		whole.Record.AuditEvents = append(whole.Record.AuditEvents, r.JSON)
	}
	return nil
}
