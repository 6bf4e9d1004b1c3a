package main

import (
	"time"

	"perci.health/careline/calls"
)

// featureConfig is what is off unless it is asked for.
type featureConfig struct {
	conference bool
	directory  []calls.Entry // CONFERENCE_DIRECTORY
	most       int           // CONFERENCE_MAX
	alone      time.Duration // CONFERENCE_ALONE_SECONDS

	recording    string        // RECORDING: "", asked or announced
	keep         time.Duration // RECORDING_RETENTION_DAYS
	announcement string        // RECORDING_ANNOUNCEMENT; "": ours
}

// audited reports whether the health record is to hold AuditEvents: of who looked at whom,
// and of who listened to a recording.
func (c config) audited() bool { return c.fhir.audit || c.features.recording != "" }

func readFeatures(r *reader, regions []string) featureConfig {
	f := featureConfig{
		conference: r.oneOf("CONFERENCE", "", "false", "true") == "true",
		directory:  r.people("CONFERENCE_DIRECTORY", regions),
		most:       r.number("CONFERENCE_MAX", 3, 10),
		alone:      time.Duration(r.number("CONFERENCE_ALONE_SECONDS", 10, 300)) * time.Second,
	}
	readRecording(r, &f)
	return f
}
