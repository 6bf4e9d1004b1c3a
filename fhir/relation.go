package fhir

import (
	"strings"
	"unicode"
)

// relations are the codes by which records say how somebody is related to the
// patient without a text (HL7 v3 RoleCode, PersonalRelationshipRoleType; v2 table
// 0131, contact role).
var relations = map[string]string{
	"AUNT": "aunt", "BRO": "brother", "BROINLAW": "brother-in-law", "CHILD": "child", "CHLDADOPT": "adopted child",
	"CHLDFOST": "foster child", "CHLDINLAW": "child-in-law", "COUSN": "cousin", "DAU": "daughter", "DAUADOPT": "adopted daughter",
	"DAUC": "daughter", "DAUFOST": "foster daughter", "DAUINLAW": "daughter-in-law", "DOMPART": "partner", "EXT": "relative",
	"FAMMEMB": "relative", "FRND": "friend", "FTH": "father", "FTHFOST": "foster father", "FTHINLAW": "father-in-law",
	"FTWIN": "twin", "GGRFTH": "great-grandfather", "GGRMTH": "great-grandmother", "GRFTH": "grandfather", "GRMTH": "grandmother",
	"GRNDCHILD": "grandchild", "GRNDDAU": "granddaughter", "GRNDSON": "grandson", "GRPRN": "grandparent", "GUARD": "guardian",
	"HPOWATT": "healthcare attorney", "HSIB": "half-sibling", "HUSB": "husband", "INLAW": "in-law", "MTH": "mother",
	"MTHFOST": "foster mother", "MTHINLAW": "mother-in-law", "MTWIN": "twin", "NBOR": "neighbour", "NBRO": "brother",
	"NCHILD": "child", "NEPHEW": "nephew", "NFTH": "father", "NIECE": "niece", "NIENEPH": "niece or nephew",
	"NMTH": "mother", "NPRN": "parent", "NSIB": "sibling", "NSIS": "sister", "ONESELF": "the patient",
	"PGRFTH": "grandfather", "PGRMTH": "grandmother", "MGRFTH": "grandfather", "MGRMTH": "grandmother", "POWATT": "attorney",
	"PRN": "parent", "PRNFOST": "foster parent", "PRNINLAW": "parent-in-law", "ROOM": "housemate", "SIB": "sibling",
	"SIBINLAW": "sibling-in-law", "SIGOTHR": "partner", "SIS": "sister", "SISINLAW": "sister-in-law", "SON": "son",
	"SONADOPT": "adopted son", "SONC": "son", "SONFOST": "foster son", "SONINLAW": "son-in-law", "SPON": "sponsor",
	"SPS": "spouse", "STPBRO": "stepbrother", "STPCHLD": "stepchild", "STPDAU": "stepdaughter", "STPFTH": "stepfather",
	"STPMTH": "stepmother", "STPPRN": "stepparent", "STPSIB": "stepsibling", "STPSIS": "stepsister", "STPSON": "stepson",
	"TWIN": "twin", "UNCLE": "uncle", "WIFE": "wife",

	"C": "emergency contact", "N": "next of kin",
}

// relationOf is how somebody is related to the patient, in a word that can stand
// within a sentence, such as "daughter"; empty when the record does not say.
func relationOf(concepts []CodeableConcept) string {
	for _, c := range concepts {
		if text := strings.TrimSpace(c.Text); text != "" {
			return within(text)
		}
		for _, coding := range c.Coding {
			text := strings.TrimSpace(coding.Display)
			// The code system says "natural daughter", which nobody says to a nurse.
			if word, known := relations[coding.Code]; known && (text == "" || strings.EqualFold(text, "natural "+word)) {
				return word
			}
			if text != "" {
				return within(text)
			}
		}
	}

	return ""
}

// within makes of a text that begins a sentence one that stands within it; an
// abbreviation stays.
func within(text string) string {
	letters := []rune(text)
	if len(letters) > 1 && unicode.IsUpper(letters[0]) && unicode.IsLower(letters[1]) {
		letters[0] = unicode.ToLower(letters[0])
	}
	return string(letters)
}
