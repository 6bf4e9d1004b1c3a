package twiliobox

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	usualPageSize = 50
	largestPage   = 1000
)

// resource is one entry of a list: its JSON and the sid that page tokens name.
type resource struct {
	sid  string
	json map[string]any
}

// page cuts one page out of all and wraps it in the list envelope. A PageToken
// names the last resource before the page, so a list that grows at its head
// neither repeats nor loses an entry. Page numbers cannot be made up: 21481.
func (b *Box) page(r *http.Request, plural string, all []resource) (any, *restError) {
	size := usualPageSize
	if raw := r.Form.Get("PageSize"); raw != "" {
		n, err := strconv.Atoi(raw)
		if err != nil || n < 1 {
			return nil, restFault(http.StatusBadRequest, 20001, "PageSize must be a whole number from 1 to 1000")
		}
		size = min(n, largestPage)
	}

	number, err := strconv.Atoi(r.Form.Get("Page"))
	if err != nil && r.Form.Get("Page") != "" || number < 0 {
		return nil, restFault(http.StatusBadRequest, 20001, "Page must be a whole number")
	}
	start, fault := pageStart(r.Form.Get("PageToken"), number, all)
	if fault != nil {
		return nil, fault
	}

	end := min(start+size, len(all))
	items := make([]map[string]any, 0, end-start)
	for _, item := range all[start:end] {
		items = append(items, item.json)
	}

	self := func(page int, token string) string {
		q := url.Values{}
		for name, values := range r.URL.Query() {
			q[name] = values
		}
		q.Set("PageSize", strconv.Itoa(size))
		q.Set("Page", strconv.Itoa(page))
		q.Del("PageToken")
		if token != "" {
			q.Set("PageToken", token)
		}
		return r.URL.Path + "?" + q.Encode()
	}
	envelope := map[string]any{
		plural: items, "page": number, "page_size": size, "start": number * size,
		"end": max(number*size+len(items)-1, 0), "uri": self(number, r.Form.Get("PageToken")),
		"first_page_uri": self(0, ""), "next_page_uri": nil, "previous_page_uri": nil,
	}
	if end < len(all) {
		envelope["next_page_uri"] = self(number+1, "PA"+all[end-1].sid)
	}
	if number > 0 {
		envelope["previous_page_uri"] = self(number-1, before(all, start-size))
	}

	return envelope, nil
}

func before(all []resource, start int) string {
	if start <= 0 {
		return ""
	}
	return "PA" + all[start-1].sid
}

func pageStart(token string, number int, all []resource) (int, *restError) {
	if token == "" && number == 0 {
		return 0, nil
	}
	after, ok := strings.CutPrefix(token, "PA")
	i := slices.IndexFunc(all, func(r resource) bool { return r.sid == after })
	if !ok || i < 0 {
		return 0, restFault(http.StatusBadRequest, 21481, "Invalid PageToken: follow next_page_uri instead of building one")
	}
	return i + 1, nil
}
