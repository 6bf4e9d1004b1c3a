package twiliobox

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// dateFilter is one parameter of a list about a time, such as StartTime>. A plain date
// means that day.
type dateFilter struct {
	name     string // without its operator
	operator string
	from, to time.Time
}

// dateFilters are the parameters of these names, each with or without an operator.
func dateFilters(form url.Values, names ...string) (filters []dateFilter, fault *restError) {
	for name, values := range form {
		base := strings.TrimRight(name, "<>")
		if !slices.Contains(names, base) {
			continue
		}

		f := dateFilter{name: base, operator: name[len(base):]}
		day, err := time.Parse(time.DateOnly, values[0])
		f.from, f.to = day, day.AddDate(0, 0, 1)
		if err != nil {
			f.from, err = time.Parse(time.RFC3339, values[0])
			f.to = f.from.Add(time.Second)
		}
		if err != nil {
			return nil, restFault(http.StatusBadRequest, 20001, name+" must be YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ")
		}
		filters = append(filters, f)
	}

	return filters, nil
}

// keeps includes the boundary, as ">=" in the parameter's usual form reads. What has no
// such time is not kept.
func (f dateFilter) keeps(t time.Time) bool {
	switch {
	case t.IsZero():
		return false
	case f.operator == "<":
		return t.Before(f.to)
	case f.operator == ">":
		return !t.Before(f.from)
	}

	return !t.Before(f.from) && t.Before(f.to)
}
