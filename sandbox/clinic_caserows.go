package sandbox

// caseRows are in the order of the day, half an hour apart.
func caseRows() []caseRow {
	return []caseRow{
		daughterCase(),
		groupCase(),
		householdCase(),
		deceasedCase(),
		cancelledCase(),
		missedCase(),
		unreadableCase(),
		replacedCase(),
	}
}

func daughterCase() caseRow {
	return caseRow{
		name:   "daughter",
		status: "booked",
		reason: "Help at home, with his daughter",
		members: []caseMember{{
			row: memberRow{
				key:    "walter-finch",
				prefix: "Mr",
				given:  "Walter",
				family: "Finch",
				gender: "male",
				born:   "1939-06-12",
				phones: []phoneRow{answers("+441614960142", "home").as("0161 496 0142")},
			},
			relative: &relativeRow{code: "DAU", display: "natural daughter",
				memberRow: memberRow{
					key:    "anita-finch",
					prefix: "Ms",
					given:  "Anita",
					family: "Finch",
					gender: "female",
					born:   "1968-10-05",
					phones: []phoneRow{answers("+447700900319", "mobile")},
				}},
		}},
	}
}

func groupCase() caseRow {
	return caseRow{
		name:   "group",
		status: "booked",
		reason: "Living well after treatment: a group by telephone",
		members: []caseMember{
			{row: memberRow{
				key:    "imran-sheikh",
				prefix: "Mr",
				given:  "Imran",
				family: "Sheikh",
				gender: "male",
				born:   "1960-02-19",
				phones: []phoneRow{answers("+447700900151", "mobile")},
			}},
			{row: memberRow{
				key:    "joan-barlow",
				prefix: "Mrs",
				given:  "Joan",
				family: "Barlow",
				gender: "female",
				born:   "1953-08-27",
				phones: []phoneRow{answers("+447700900152", "mobile")},
			}},
		},
	}
}

func householdCase() caseRow {
	return caseRow{
		name:   "household",
		status: "booked",
		reason: "Both of them, about the same clinic letter",
		members: []caseMember{
			{row: memberRow{
				key:    "peter-goddard",
				prefix: "Mr",
				given:  "Peter",
				family: "Goddard",
				gender: "male",
				born:   "1947-01-09",
				phones: []phoneRow{answers("+441614960114", "home").as("0161 496 0114"), answers("+447700900161", "mobile")},
			}},
			{row: memberRow{
				key:    "sheila-goddard",
				prefix: "Mrs",
				given:  "Sheila",
				family: "Goddard",
				gender: "female",
				born:   "1949-12-30",
				phones: []phoneRow{answers("+441614960114", "home").as("0161 496 0114")},
			}},
		},
	}
}

func deceasedCase() caseRow {
	return caseRow{
		name:   "deceased",
		status: "booked",
		reason: "Review after surgery",
		members: []caseMember{{diedDays: 9,
			row: memberRow{
				key:    "leonard-ashby",
				prefix: "Mr",
				given:  "Leonard",
				family: "Ashby",
				gender: "male",
				born:   "1941-05-23",
				phones: []phoneRow{answers("+442079460127", "home").as("020 7946 0127")},
			},
			relative: &relativeRow{code: "WIFE", display: "wife",
				memberRow: memberRow{
					key:    "doreen-ashby",
					prefix: "Mrs",
					given:  "Doreen",
					family: "Ashby",
					gender: "female",
					born:   "1944-03-02",
					phones: []phoneRow{answers("+442079460127", "home").as("020 7946 0127")},
				}},
		}},
	}
}

func cancelledCase() caseRow {
	return caseRow{
		name:   "cancelled",
		status: "cancelled",
		reason: "Sleep after steroids",
		members: []caseMember{
			{row: memberRow{
				key:    "owen-tully",
				prefix: "Mr",
				given:  "Owen",
				family: "Tully",
				gender: "male",
				born:   "1972-09-14",
				phones: []phoneRow{answers("+447700900171", "mobile")},
			}}},
	}
}

func missedCase() caseRow {
	return caseRow{
		name:   "missed",
		status: "noshow",
		reason: "First call after treatment",
		members: []caseMember{
			{row: memberRow{
				key:    "farah-aziz",
				prefix: "Ms",
				given:  "Farah",
				family: "Aziz",
				gender: "female",
				born:   "1990-04-18",
				phones: []phoneRow{answers("+447700900172", "mobile")},
			}}},
	}
}

func unreadableCase() caseRow {
	return caseRow{
		name:   "unreadable",
		status: "booked",
		reason: "Appetite and weight",
		members: []caseMember{
			{row: memberRow{
				key:    "dorothy-keane",
				prefix: "Mrs",
				given:  "Dorothy",
				family: "Keane",
				gender: "female",
				born:   "1951-11-11",
				phones: []phoneRow{{use: "home", written: "0161 496 (home)"}, answers("+442079460128", "work").as("020 7946 0128 x123")},
			}}},
	}
}

func replacedCase() caseRow {
	return caseRow{
		name:   "replaced",
		status: "booked",
		reason: "Medicines review",
		members: []caseMember{
			{row: memberRow{
				key:    "irene-walsh",
				prefix: "Mrs",
				given:  "Irene",
				family: "Walsh",
				gender: "female",
				born:   "1956-07-07",
				phones: []phoneRow{answers("+447700900182", "mobile")},
			}},
			{replacing: "irene-walsh",
				row: memberRow{
					key:    "irene-walsh-reid",
					prefix: "Mrs",
					given:  "Irene",
					family: "Walsh-Reid",
					gender: "female",
					born:   "1956-07-07",
					phones: []phoneRow{answers("+447700900181", "mobile")},
				}},
		},
	}
}
