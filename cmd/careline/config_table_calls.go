package main

// callSettings are those of who may be called, and of what people see and hear.
func callSettings() []group {
	return []group{
		{"Calls", []setting{
			optional("ALLOWED_COUNTRIES", "GB", "where members may be dialled, separated by commas; the first reads national numbers. Guernsey, Jersey and Man have +44 numbers but are countries of their own: `GB,GG,JE,IM` allows them"),
			optional("CALL_WINDOW_DAYS", "0", "how many days ago or ahead an appointment may be that is called for, by the clinic's days; 0 is no limit"),
			optional("CALLS_PER_MINUTE", "10", "limit per clinician"),
			optional("CALLS_AT_ONCE", "2", "limit per clinician"),
			optional("CALL_RING_SECONDS", "30", "how long it rings, 5–600 s"),
			optional("CALL_TIME_LIMIT", "7200", "how long a call may last, 60–14400 s"),
			optional("CLINIC_TIME_ZONE", "Europe/London", "whose midnight begins a day"),
		}},
		{"What a member hears who calls back", []setting{
			optional("ORGANISATION_NAME", "Perci Health", "in the words, and in the clinician's app"),
			optional("INCOMING_MESSAGE", "", "what is said").without("standard words"),
			optional("VOICE_NAME", "Polly.Amy-Neural", "by what voice of Twilio's"),
			optional("VOICE_LANGUAGE", "en-GB", "in what language"),
		}},
		{"The clinician's app", []setting{
			optional("LANGUAGE", "en-GB", "how times, days and numbers are written (BCP 47). The sentences are English, and so are the names of days and months in them: of another language its country counts (`pl-PL`: the week, and English as written there); `en-XA` shows every sentence that can be translated, for a test"),
			optional("BRAND_LOGO", "", "path of an SVG file, shown in place of the organisation's name").without("the name"),
			optional("BRAND_COLOUR", "", "accent of the screen, as `#rrggbb`; refused where it could not be read").without("careline's"),
			optional("HELP_URL", "", "where *Help* leads, `https://` or `mailto:`").without("no link"),
			optional("PRIVACY_URL", "", "where *Privacy* leads, `https://` or `mailto:`").without("no link"),
			optional("CHART_URL", "", "a patient's chart, such as `https://emr.example.org/patients/{patient}`; `{patient}` stands for the id").without("no link"),
			optional("IDLE_LOCK_MINUTES", "0", "after how long without use the screen locks, 1–480 minutes; 0 is never"),
		}},
	}
}
