package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
	"perci.health/careline/store"
)

// exportedBy is what an export of a patient holds.
func exportedBy(t *testing.T, e *exporting, patient string) (whole export) {
	t.Helper()
	out := new(bytes.Buffer)
	e.out = out
	if err := e.run(t.Context(), careline.Reference("Patient/"+strings.TrimPrefix(patient, "Patient/"))); err != nil {
		t.Fatal(err)
	}
	decode(t, out.Bytes(), &whole)
	return whole
}

func keysOf(whole export) (keys []string) {
	for _, c := range whole.Calls {
		keys = append(keys, c.Key)
	}
	slices.Sort(keys)
	return keys
}

// TestExportAndPurgeFindAllOfAPatient has a patient called, a call placed by the REST API,
// which names nobody, and a daughter called for another patient.
func TestExportAndPurgeFindAllOfAPatient(t *testing.T) {
	t.Parallel()
	s := newSystem(t, nil)
	a, daughters := s.reaching(answers), s.reaching("+447700900318")
	asked, placed := s.call(a, answers), s.place(answers, a.ID)
	forDaughter := s.call(daughters, "+447700900318")
	for _, key := range []string{asked, placed, forDaughter} {
		s.record(key, final)
	}
	s.stop()

	log, err := openLog(t.Context(), store.Config{URL: s.setting("DATABASE_URL"), Consumers: []string{chart}})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	record, err := recordOf(newReader(s.setting))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{asked, placed}
	slices.Sort(want)
	alone := exportedBy(t, &exporting{store: log, now: time.Now(), out: new(bytes.Buffer)}, a.Patient)
	if !slices.Equal(keysOf(alone), want) || !alone.RecordLeftOut || alone.Record != nil {
		t.Errorf("of the log alone: %v, want %v", keysOf(alone), want)
	}

	whole := exportedBy(t, &exporting{store: log, record: record, now: time.Now(), out: new(bytes.Buffer)}, "Patient/"+a.Patient)
	if whole.Format != "careline-export/1" || string(whole.Patient) != "Patient/"+a.Patient || !slices.Equal(keysOf(whole), want) {
		t.Errorf("%s of %s: %v, want %v", whole.Format, whole.Patient, keysOf(whole), want)
	}
	if n := len(whole.Record.Communications); n != 2 || whole.Record.AuditEventsUnread != "" {
		t.Errorf("the record holds %d Communications; AuditEvents: %s", n, whole.Record.AuditEventsUnread)
	}
	for _, c := range whole.Record.Communications {
		if len(c.Versions) < 3 || !strings.Contains(string(c.Versions[0]), a.Patient) {
			t.Errorf("Communication/%s has %d versions", c.ID, len(c.Versions))
		}
	}
	for _, c := range whole.Calls {
		if c.Call.Number != answers || c.Call.Outcome == "" || c.Filing == nil || len(c.Events) < 4 {
			t.Errorf("the call %s: %+v, filed: %v, %d events", c.Key, c.Call, c.Filing, len(c.Events))
		}
		reports := 0
		for _, e := range c.Events {
			if e.Report != nil && strings.Contains(string(e.Report), `"CallSid"`) {
				reports++
			}
		}
		if reports < 3 {
			t.Errorf("the call %s has %d reports whole", c.Key, reports)
		}
	}

	hers := exportedBy(t, &exporting{store: log, record: record, now: time.Now(), out: new(bytes.Buffer)}, daughters.Patient)
	if !slices.Equal(keysOf(hers), []string{forDaughter}) || !strings.HasPrefix(string(hers.Calls[0].Call.Recipient), "RelatedPerson/") {
		t.Errorf("whose daughter was called: %v", keysOf(hers))
	}

	out := new(bytes.Buffer)
	p := &purging{store: log, recorded: record.RecordedFor, now: time.Now(), out: out, aside: io.Discard, apply: true}
	if err := p.erase(t.Context(), careline.Reference("Patient/"+a.Patient)); err != nil {
		t.Fatal(err)
	}
	wantText(t, out.String(), "Forgot 2 calls")
	left, err := calls.Whose{Log: log, Recorded: record.RecordedFor}.Calls(t.Context(), careline.Reference("Patient/"+a.Patient))
	if err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestExportIsForNobodyElse(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.call("CA1", "Patient/1")
	file := filepath.Join(t.TempDir(), "one.json")
	export := func(args ...string) error {
		e := &exporting{open: kept{s.store}.open, now: time.Now()}
		return typedOf(t.Context(), e.command, s.get, s.out, append([]string{"--log-only"}, args...)...)
	}
	if err := export("--patient", "1", "--out", file); err != nil {
		t.Fatal(err)
	}
	about, err := os.Stat(file)
	if err != nil || about.Mode().Perm() != 0o600 {
		t.Errorf("its file can be read by others: %v, %v", about.Mode(), err)
	}
	text, err := os.ReadFile(file)
	if err != nil || !json.Valid(text) || !strings.Contains(string(text), `"CA1"`) {
		t.Errorf("the file holds %s (error: %v)", text, err)
	}
	wantText(t, s.out.String(), "1 call of Patient/1")
	if strings.Contains(s.out.String(), "CA1") {
		t.Error("the export is printed though it has a file")
	}
	if err := export("--patient", "1", "--out", file); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("a file that is there: %v", err)
	}
	for _, args := range [][]string{{}, {"--patient", ""}, {"--patient", "Practitioner/1"}, {"--patient", "a b"}, {"Patient/1"}} {
		if err := export(args...); err == nil {
			t.Errorf("%q was done", args)
		}
	}
}
