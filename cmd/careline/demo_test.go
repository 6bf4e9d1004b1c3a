package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"html"
	"io"
	"net/http"
	"strings"
	"testing"

	"perci.health/careline/sandbox"
)

// The demo tells a program where everything is, and there it is: the clinician's
// app with the local gateway in its settings, the member's phone, the console.
func TestDemoTellsItsAddresses(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- typed(ctx, demoCommand(), in, "--json", "--port", "0", "--console-port", "0", "--set", "ORGANISATION_NAME=Test & Sons")
		in.Close()
	}()
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatal(err, <-ended)
	}
	var at addresses
	if err := json.Unmarshal(line, &at); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	page := read(t, at.App+"/appointments/any")
	if want := `"signalling":"ws://` + strings.TrimPrefix(at.Twilio, "http://") + `/signal"`; !strings.Contains(page, want) {
		t.Errorf("the app is not told %s:\n%s", want, page)
	}
	if !strings.Contains(page, `"organisation":"Test \u0026 Sons"`) {
		t.Errorf("the app is not told the setting:\n%s", page)
	}
	if phone := read(t, at.Phone); !strings.Contains(phone, "+447700900142") {
		t.Errorf("the member's phone does not show its number:\n%s", phone)
	}
	read(t, at.Console)
	if phones := read(t, at.Console+"/phones"); !strings.Contains(phones, "Ms Agnieszka Nowak") {
		t.Errorf("the interpreter has no phone:\n%s", phones)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// The sandbox of a demo is set up as an operator's account would be.
func TestTheDoctorIsContentWithADemo(t *testing.T) {
	t.Parallel()
	w, err := startWorld(t.Context(), sandbox.Config{Extras: true})
	if err != nil {
		t.Fatal(err)
	}
	// What leads elsewhere is for the service, not for whoever sets the sandbox up.
	d := &demo{world: w, dir: t.TempDir(), own: map[string]string{"TWILIO_API_BASE_URL": "http://127.0.0.1:1"}}
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- d.run(ctx, in, demoFlags{json: true})
		in.Close()
	}()
	if _, err := bufio.NewReader(out).ReadBytes('\n'); err != nil {
		t.Fatal(err, <-ended)
	}
	// Whether strangers could hear recordings shows with the first one: a doubt till then.
	for recording, told := range map[string]string{"off": " 0 doubts, 0 faults, 0 skipped.", "asked": " 1 doubt, 0 faults, 0 skipped."} {
		d.own = map[string]string{"RECORDING": recording}
		var report bytes.Buffer
		if err := typedOf(ctx, doctorCommand, d.setting, &report); err != nil || !strings.Contains(report.String(), told) {
			t.Errorf("RECORDING=%s: %v\n%s", recording, err, &report)
		}
	}
	stop()
	if err := errors.Join(<-ended, w.Close()); err != nil {
		t.Error(err)
	}
}

func read(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: HTTP %d, %v (is the web app built? make web)\n%s", url, resp.StatusCode, err, raw)
	}
	return html.UnescapeString(string(raw))
}

// Without a browser the demo shows a call and its record, and stops.
func TestDemoOnce(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := typed(t.Context(), demoCommand(), &out, "--once", "--pace", "0.01", "--port", "0", "--console-port", "0"); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "The call is in the record as Communication/") {
		t.Errorf("no record was shown:\n%s", &out)
	}
}

func TestDemoRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--set", "novalue"}, {"--port", "70000"}, {"--pace", "0"}, {"extra"}, {"--json", "--once"},
		{"--json", "--port", "0", "--console-port", "0", "--set", "DATABASE_URL=file:/nonexistent/careline.db"}} {
		if err := typed(t.Context(), demoCommand(), io.Discard, args...); err == nil {
			t.Errorf("%v was taken", args)
		}
	}
}
