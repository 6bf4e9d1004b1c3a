package twilio

import (
	"context"
	"strings"

	"perci.health/careline"
)

// where is the page of the Twilio Console.
const where = "in the Twilio Console under Voice, Settings, Geo permissions"

// countries is whether Twilio connects calls to those that we allow, and refuses
// their numbers that only a fraud would dial.
func (i inspection) countries(ctx context.Context) careline.Finding {
	var off, risky []string
	for _, code := range i.Countries {
		c, err := i.FetchCountry(ctx, code)
		if careline.CodeOf(err) == careline.CodeNotFound {
			return careline.Fault("Twilio knows no country "+code+".", "Take it out of ALLOWED_COUNTRIES.")
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
	closed, open := careline.Good(""), careline.Good("")
	if len(off) > 0 {
		closed = careline.Fault("The account may not call "+strings.Join(off, ", ")+".", "Allow it "+where+", or take it out of ALLOWED_COUNTRIES.")
	}
	if len(risky) > 0 {
		open = careline.Doubt("The account may call high-risk numbers of "+strings.Join(risky, ", ")+".", "Switch off its classes of high-risk numbers, "+where+": calls to them are what toll fraud lives on.")
	}
	return gathered("The account may call "+strings.Join(i.Countries, ", ")+", and none of the high-risk numbers there.", closed, open)
}
