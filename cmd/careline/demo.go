package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"perci.health/careline/sandbox"
)

// Where the demo listens unless it is told otherwise, or somebody else does.
const (
	demoPort    = 8080
	consolePort = 8470
)

// demo is the whole system on this machine: the sandbox, and beside it the very
// service that `careline serve` runs, with the sandbox's settings.
type demo struct {
	world *sandbox.World
	dir   string            // the service's log file and database
	url   string            // the service
	own   map[string]string // settings that the demo was given
}

// demoFlags are what the demo can be told.
type demoFlags struct {
	pace          float64
	once, json    bool
	port, console int
	set           []string // NAME=value
}

// demoCommand runs the demo.
func demoCommand() *cobra.Command {
	var f demoFlags
	c := &cobra.Command{
		Use:   "demo",
		Short: "Run everything on this machine, nothing to configure",
		Args:  noWords,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := inBounds(c.Flags()); err != nil {
				return err
			}
			return runDemo(c.Context(), c.OutOrStdout(), f)
		},
	}

	c.Flags().Float64Var(&f.pace, "pace", 1, "`seconds` that one second of a call takes; 0.1 is ten times faster")
	c.Flags().BoolVar(&f.once, "once", false, "place one call without a browser, print its record and stop")
	c.Flags().BoolVar(&f.json, "json", false, "print the addresses as one line of JSON and nothing else, for a program")
	c.Flags().IntVar(&f.port, "port", demoPort, "`port` of the service and the clinician's app, 0 for any")
	c.Flags().IntVar(&f.console, "console-port", consolePort, "`port` of the console and the members' phones, 0 for any")
	c.Flags().StringArrayVar(&f.set, "set", nil, "a `setting` of the service, as NAME=value; may be given again")
	return c
}

func runDemo(ctx context.Context, out io.Writer, f demoFlags) error {
	own, err := settingsOf(f.set)
	if err != nil {
		return err
	}
	if f.json && f.once {
		return errors.New("--json stays until it is stopped and --once stops by itself: choose one")
	}

	dir, err := os.MkdirTemp("", "careline-demo-")
	if err != nil {
		return fmt.Errorf("make a folder for the demo: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // a demo leaves nothing behind, and what it cannot remove is in the machine's own folder for that

	w, err := startWorld(ctx, sandbox.Config{
		Pace:   f.pace,
		Ports:  sandbox.Ports{Console: f.console},
		Extras: true,
	})
	if err != nil {
		return err
	}
	d := demo{world: w, dir: dir, own: own}
	return errors.Join(d.run(ctx, out, f), w.Close())
}

// startWorld starts the sandbox, on another console port if that one is taken.
func startWorld(ctx context.Context, c sandbox.Config) (*sandbox.World, error) {
	w, err := sandbox.Start(ctx, c)
	if err == nil || !errors.Is(err, syscall.EADDRINUSE) {
		return w, err
	}
	c.Ports.Console = 0
	return sandbox.Start(ctx, c)
}

// run serves until ctx ends, or the first call when once is set.
func (d *demo) run(ctx context.Context, out io.Writer, f demoFlags) error {
	ln, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(f.port)))
	if errors.Is(err, syscall.EADDRINUSE) {
		ln, err = listen("127.0.0.1:0")
	}
	if err != nil {
		return err
	}

	d.url = "http://" + ln.Addr().String()
	c, err := readConfig(d.setting)
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	log, err := os.Create(filepath.Join(d.dir, "careline.log"))
	if err != nil {
		return errors.Join(fmt.Errorf("make the service's log file: %w", err), ln.Close())
	}
	if err := d.setUp(ctx); err != nil {
		return errors.Join(err, ln.Close(), log.Close())
	}

	ctx, stop := context.WithCancel(ctx)
	defer stop()
	served := make(chan error, 1)
	go func() {
		served <- serve(ctx, c, ln, log)
		stop() // a service that could not start leaves nothing to show
	}()
	err = d.show(ctx, out, f)
	stop()
	return errors.Join(err, <-served, log.Close())
}

// setUp sets the sandbox up for the service as careline provision does. It goes by
// the sandbox's settings alone: what the demo was given could lead to an account
// of somebody's.
func (d *demo) setUp(ctx context.Context) error {
	if err := d.world.SetApp(d.url); err != nil { // for the scripted caller too
		return err
	}
	bare := demo{world: d.world, dir: d.dir, url: d.url}
	if err := provision(ctx, bare.setting, provisionFlags{apply: true}, io.Discard); err != nil {
		return fmt.Errorf("set the sandbox up: %w", err)
	}
	return nil
}

// setting answers for the environment: what the demo was told, the sandbox's
// settings, and a few of the demo's own.
func (d *demo) setting(name string) string {
	if value, ok := d.own[name]; ok {
		return value
	}
	if allowed, given := d.own["ALLOWED_COUNTRIES"]; given && name == "CONFERENCE_DIRECTORY" && !strings.Contains(allowed, "GB") {
		return "" // the sandbox's people have British numbers, which would be refused
	}

	own := append(d.world.Env(), "FUNCTIONS_URL="+d.url, "DATABASE_URL=file:"+filepath.Join(d.dir, "careline.db"), "TWILIO_MACHINE_DETECTION=Enable",
		"SESSION_AUDITOR_ROLE=auditor")
	for _, setting := range own {
		if value, ok := strings.CutPrefix(setting, name+"="); ok {
			return value
		}
	}
	return ""
}

// firstCall calls the patient and prints the record once the call is in it.
func (d *demo) firstCall(ctx context.Context, out io.Writer, c firstCall) error {
	app := appClient{base: d.url, issuer: d.world.Issuer()}
	sid, err := d.world.Place(ctx, sandbox.Ask{Practitioner: c.appointment.Practitioner, Appointment: c.appointment.ID, To: c.number})
	if err != nil {
		return fmt.Errorf("place the first call: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	call, err := app.finalCall(ctx, c.appointment, sid)
	if err != nil {
		return err
	}

	var told strings.Builder
	fmt.Fprintf(&told, "\nThe call is in the record as Communication/%s, with its life in %d versions:\n\n", call.ID, len(call.Timeline))
	for i, v := range call.Timeline {
		fmt.Fprintf(&told, "  %-2d %s  %s\n", i+1, v.At.Local().Format("15:04:05"), v.Summary)
	}

	_, err = io.WriteString(out, told.String())
	return err
}

// firstCall is the call that a visitor of the demo is invited to make.
type firstCall struct {
	appointment       sandbox.Appointment
	clinician, member string // their names
	number            string
}

// inviting finds an appointment whose patient picks up.
func (d *demo) inviting() (firstCall, error) {
	clinic := d.world.Clinic
	for _, a := range clinic.Appointments {
		m := slices.IndexFunc(clinic.Members, func(m sandbox.Member) bool { return m.ID == a.Patient })
		c := slices.IndexFunc(clinic.Clinicians, func(c sandbox.Clinician) bool { return c.ID == a.Practitioner })
		if m < 0 || c < 0 || len(clinic.Members[m].Phones) == 0 || !strings.HasPrefix(clinic.Members[m].Phones[0].Does, "Answers") {
			continue
		}
		return firstCall{
			appointment: a,
			clinician:   clinic.Clinicians[c].Name,
			member:      clinic.Members[m].Name,
			number:      clinic.Members[m].Phones[0].Number,
		}, nil
	}
	return firstCall{}, errors.New("nobody in the sandbox's clinic answers the telephone")
}
