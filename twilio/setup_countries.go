package twilio

import (
	"context"
	"slices"
	"strings"

	"perci.health/careline"
	"perci.health/careline/setup"
)

// where is the page of the Twilio Console.
const where = "in the Twilio Console under Voice, Settings, Geo permissions"

// dependencies are the Crown dependencies: their numbers begin with +44 and they are
// countries of their own (ISO 3166-1).
var dependencies = []string{"GG", "JE", "IM"}

// country is what the account may call in one; a Crown dependency of which Twilio
// keeps no settings goes by those of the United Kingdom.
func (i inspection) country(ctx context.Context, code string) (Country, error) {
	c, err := i.FetchCountry(ctx, code)
	if careline.CodeOf(err) == careline.CodeNotFound && slices.Contains(dependencies, code) {
		return i.FetchCountry(ctx, "GB")
	}
	return c, err
}

// lookalikes tells of the countries whose numbers look like those allowed and are
// refused.
func (i inspection) lookalikes() string {
	refused := slices.DeleteFunc(slices.Clone(dependencies), func(code string) bool { return slices.Contains(i.Countries, code) })
	if !slices.Contains(i.Countries, "GB") || len(refused) == 0 {
		return ""
	}
	return " Guernsey, Jersey and Man have numbers like British ones but are countries of their own: ALLOWED_COUNTRIES with " + strings.Join(refused, ", ") + " would allow them, too."
}

// countries is whether Twilio connects calls to those that we allow, and refuses
// their numbers that only a fraud would dial.
func (i inspection) countries(ctx context.Context) setup.Finding {
	var off, risky []string
	for _, code := range i.Countries {
		c, err := i.country(ctx, code)
		if careline.CodeOf(err) == careline.CodeNotFound {
			return setup.Fault("Twilio knows no country "+code+".", "Take it out of ALLOWED_COUNTRIES.")
		}
		if err != nil {
			return unasked(err)
		}
		if !c.LowRisk {
			off = append(off, code)
		}
		if c.Special || c.Fraud {
			risky = append(risky, code)
		}
	}

	closed, open := setup.Good(""), setup.Good("")
	if len(off) > 0 {
		closed = setup.Fault("The account may not call "+strings.Join(off, ", ")+".", "Allow it "+where+", or take it out of ALLOWED_COUNTRIES.")
	}
	if len(risky) > 0 {
		open = setup.Doubt("The account may call high-risk numbers of "+strings.Join(risky, ", ")+".", "Switch off its classes of high-risk numbers, "+where+": calls to them are what toll fraud lives on.")
	}

	return gathered("The account may call "+strings.Join(i.Countries, ", ")+", and none of the high-risk numbers there."+i.lookalikes(), closed, open)
}
