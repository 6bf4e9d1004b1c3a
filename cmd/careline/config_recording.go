package main

import (
	"strings"
	"time"
)

// longestRecording is in days: how long recordings can be kept.
const longestRecording = 3650

// readRecording reads what belongs to recordings. How long they are kept nobody but the
// clinic can decide, so there is no default.
func readRecording(r *reader, f *featureConfig) {
	f.recording = r.oneOf("RECORDING", "", "off", "asked", "announced")
	if f.recording == "off" {
		f.recording = ""
	}

	switch days := r.text("RECORDING_RETENTION_DAYS"); {
	case days != "":
		f.keep = time.Duration(r.number("RECORDING_RETENTION_DAYS", 1, longestRecording)) * 24 * time.Hour
	case f.recording != "":
		r.wanted("RECORDING_RETENTION_DAYS", "how many days recordings are kept, 1 to 3650; whoever is responsible for the patients' data decides it")
	}

	f.announcement = r.text("RECORDING_ANNOUNCEMENT")
	if said := strings.ToLower(f.announcement); said != "" && !strings.Contains(said, "9") && !strings.Contains(said, "nine") {
		r.fault("RECORDING_ANNOUNCEMENT", "must say that the key 9 declines", "what members are told before a call that is recorded")
	}
}
