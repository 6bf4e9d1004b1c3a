package main

// featureSettings are those of what is off unless it is asked for.
func featureSettings() []group {
	return []group{
		{"More than two in a call", []setting{
			optional("CONFERENCE", "", "`true`: clinicians may add people to a call, put them on hold, and come back after a dropped connection").without("off"),
			optional("CONFERENCE_DIRECTORY", "", "whom they may add beside people on file: a JSON list, or the path of a file that holds it, such as `[{\"id\":\"polish\",\"name\":\"Interpreter, Polish\",\"role\":\"interpreter\",\"number\":\"+441614960301\",\"language\":\"Polish\"}]`; the role is `interpreter` or `other`").without("nobody"),
			optional("CONFERENCE_MAX", "5", "how many can be in a call at once, 3–10"),
			optional("CONFERENCE_ALONE_SECONDS", "60", "how long a member waits for a clinician whose connection dropped, 10–300 s"),
		}},
		{"Recording", []setting{
			optional("RECORDING", "", "`asked`: the clinician asks the member, and then presses Record; `announced`: the member is told before the conversation, and declines with key 9").without("off"),
			optional("RECORDING_RETENTION_DAYS", "", "how long recordings are kept, 1–3650 days; required with `RECORDING`, since only you can decide it").without("none"),
			optional("RECORDING_ANNOUNCEMENT", "", "what the member is told").without("standard words"),
			optional("SESSION_REVIEWER_ROLE", "", "the role of those who may listen to all recordings, and delete one").without("nobody; clinicians hear their own calls"),
			optional("SESSION_SUPERVISOR_ROLE", "", "the role of those who may see who is in every live call").without("nobody"),
		}},
	}
}
