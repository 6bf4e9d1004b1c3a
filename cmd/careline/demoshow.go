package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
)

// settingsOf are settings given as NAME=value. One that is none of the service's is
// refused: nobody would notice that it does nothing.
func settingsOf(pairs []string) (map[string]string, error) {
	settings := map[string]string{}
	for _, pair := range pairs {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return nil, errors.New("--set takes a setting as NAME=value")
		}

		if _, known := tabled(name); !known {
			told := fmt.Sprintf("--set %s: careline has no such setting", name)
			if near := nearestSetting(name); near != "" {
				return nil, errors.New(told + "; did you mean " + near + "?")
			}
			return nil, errors.New(told + "; careline serve --help lists them")
		}
		settings[name] = value
	}
	return settings, nil
}

// addresses are where the demo's parts are reached.
type addresses struct {
	App     string `json:"app"`   // the service, with the clinician's app at its root
	Phone   string `json:"phone"` // a member's phone
	Console string `json:"console"`
	Twilio  string `json:"twilio"`
	FHIR    string `json:"fhir"`
	Issuer  string `json:"issuer"`
}

// show says where to click and prints what happens until ctx ends; with once it
// places a call by itself and returns when that is in the record.
func (d *demo) show(ctx context.Context, out io.Writer, f demoFlags) error {
	first, err := d.inviting()
	if err != nil {
		return err
	}
	at := addresses{
		App:     d.url,
		Phone:   d.world.PhoneURL(first.number),
		Console: d.world.ConsoleURL,
		Twilio:  d.world.TwilioURL,
		FHIR:    d.world.FHIRURL,
		Issuer:  d.world.IssuerURL,
	}
	if f.json {
		if err := json.NewEncoder(out).Encode(at); err != nil {
			return fmt.Errorf("print the addresses: %w", err)
		}
		<-ctx.Done()
		return nil
	}

	out = &inTurn{to: out} // the narrator and the first call both print
	if err := d.welcome(out, at, first, f.once); err != nil {
		return err
	}

	narrating, quiet := context.WithCancel(ctx)
	var narrator sync.WaitGroup
	var told error
	narrator.Go(func() { told = d.world.Narrate(narrating, out) })
	if f.once {
		err = d.firstCall(ctx, out, first)
	} else {
		<-ctx.Done()
	}

	quiet()
	narrator.Wait()
	if ctx.Err() != nil {
		return told
	}

	return errors.Join(err, told)
}

func (d *demo) welcome(out io.Writer, at addresses, first firstCall, once bool) error {
	const running = "careline is running on this machine alone, with a Twilio, a FHIR server and a sign-in of its own.\n\n"
	if once {
		_, err := fmt.Fprint(out, running+"A clinician calls a patient. Each line below is one webhook, or one version of the FHIR Communication:\n\n")
		return err
	}

	_, err := fmt.Fprintf(out, running+`  Open both, in two tabs:

  The member's phone: %s
                      it will ring here: click Answer then
  The clinician:      %s
                      sign in as %s, open the appointment of %s, click Call

  The tabs hear each other (use headphones). Hang up, and read the record beside the call.
  While you speak, Add somebody brings in an interpreter (Ms Agnieszka Nowak answers by herself), and Record keeps
  what is said. The call's line plays it afterwards; Mr Samuel Osei, a reviewer, hears and deletes it under
  Recordings, and Mrs Judith Marlow, a supervisor, sees under Live calls who is in the call.

  Behind the scenes:  %s   every webhook and record, all the phones, things to break
  The service's log:  %s

Each line below is one webhook, or one version of the FHIR Communication. Stop with Ctrl-C.

`, at.Phone, at.App, first.clinician, first.member, at.Console, filepath.Join(d.dir, "careline.log"))
	return err
}

// inTurn writes one after the other what several write.
type inTurn struct {
	mu sync.Mutex
	to io.Writer
}

var _ io.Writer = (*inTurn)(nil)

func (w *inTurn) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.to.Write(p)
}
