package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"perci.health/careline/sandbox"
)

// demoPort is where the demo's service listens if nobody else does.
const demoPort = "8080"

// demo is the whole system on this machine: the sandbox, and beside it the very
// service that `careline serve` runs, with the sandbox's settings.
type demo struct {
	world *sandbox.World
	dir   string // the service's log file and database
	url   string // the service
}

func runDemo(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("careline demo", flag.ContinueOnError)
	flags.SetOutput(out)
	pace := flags.Float64("pace", 1, "seconds that one second of a call takes; 0.1 is ten times faster")
	once := flags.Bool("once", false, "stop after the first call")
	console := flags.Int("console-port", 8470, "`port` of the console, 0 for any")
	if err := parse(flags, args); err != nil {
		return helped(err)
	}
	dir, err := os.MkdirTemp("", "careline-demo-")
	if err != nil {
		return fmt.Errorf("make a folder for the demo: %w", err)
	}
	defer os.RemoveAll(dir) // a demo leaves nothing behind
	w, err := startWorld(ctx, sandbox.Config{Pace: *pace, Ports: sandbox.Ports{Console: *console}})
	if err != nil {
		return err
	}
	d := demo{world: w, dir: dir}
	return errors.Join(d.run(ctx, out, *once), w.Close())
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
func (d *demo) run(ctx context.Context, out io.Writer, once bool) error {
	ln, err := net.Listen("tcp", "127.0.0.1:"+demoPort)
	if err != nil {
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
	if err := d.world.SetApp(d.url); err != nil {
		return errors.Join(err, ln.Close(), log.Close())
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	served := make(chan error, 1)
	go func() { served <- serve(ctx, c, ln, log) }()
	err = d.show(ctx, out, once)
	stop()
	return errors.Join(err, <-served, log.Close())
}

// setting answers for the environment: the sandbox's settings and a few of the
// demo's own.
func (d *demo) setting(name string) string {
	own := append(d.world.Env(), "FUNCTIONS_URL="+d.url, "DATABASE_URL=file:"+filepath.Join(d.dir, "careline.db"), "TWILIO_MACHINE_DETECTION=Enable")
	for _, setting := range own {
		if value, ok := strings.CutPrefix(setting, name+"="); ok {
			return value
		}
	}
	return ""
}

// show places the first call and prints what becomes of it.
func (d *demo) show(ctx context.Context, out io.Writer, once bool) error {
	fmt.Fprintf(out, `careline is running on this machine alone, with a Twilio, a FHIR server and a sign-in of its own.

  Click here to place calls, choose how they go, break things, and read the record:

      %s

  The service itself: %s   its log: %s

A clinician calls a patient. Each line below is one webhook, or one version of the FHIR Communication:

`, d.world.ConsoleURL, d.url, filepath.Join(d.dir, "careline.log"))
	narrating, quiet := context.WithCancel(ctx)
	defer quiet()
	var narrator sync.WaitGroup
	var told error
	narrator.Go(func() { told = d.world.Narrate(narrating, out) })
	err := d.firstCall(ctx, out)
	if err == nil && !once {
		fmt.Fprintf(out, "\nMore calls: %s   (stop with Ctrl-C)\n\n", d.world.ConsoleURL)
		<-ctx.Done()
	}
	quiet()
	narrator.Wait()
	if ctx.Err() != nil {
		return told
	}
	return errors.Join(err, told)
}

// firstCall calls the patient of the first appointment whose phone is answered,
// and prints the record once the call is in it.
func (d *demo) firstCall(ctx context.Context, out io.Writer) error {
	app := appClient{base: d.url, issuer: d.world.Issuer()}
	appointment, number, err := d.answering()
	if err != nil {
		return err
	}
	sid, err := d.world.Place(ctx, sandbox.Ask{Practitioner: appointment.Practitioner, Appointment: appointment.ID, To: number})
	if err != nil {
		return fmt.Errorf("place the first call: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	call, err := app.finalCall(ctx, appointment, sid)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\nThe call is in the record as Communication/%s, with its life in %d versions:\n\n", call.ID, len(call.Timeline))
	for i, v := range call.Timeline {
		fmt.Fprintf(out, "  %-2d %s  %s\n", i+1, v.At.Local().Format("15:04:05"), v.Summary)
	}
	return nil
}

// answering finds an appointment whose patient picks up.
func (d *demo) answering() (sandbox.Appointment, string, error) {
	for _, a := range d.world.Clinic.Appointments {
		for _, m := range d.world.Clinic.Members {
			if m.ID == a.Patient && len(m.Phones) > 0 && strings.HasPrefix(m.Phones[0].Does, "Answers") {
				return a, m.Phones[0].Number, nil
			}
		}
	}
	return sandbox.Appointment{}, "", errors.New("nobody in the sandbox's clinic answers the telephone")
}
