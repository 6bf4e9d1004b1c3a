package twiliobox

import (
	"net"
	"net/http"
	"strings"
)

// edge is one of the places where Twilio takes signalling (voice/sdks/javascript/
// edges), with what connected says of it beside its name.
type edge struct {
	name   string
	region string // as the SDK's table of regions has it
	home   string // of the host that insights go to
}

// roaming is the edge nearest to the browser. From a browser on this machine that is
// always the same one.
const roaming, nearest = "roaming", "ashburn"

var edges = map[string]edge{
	"ashburn":   {region: "US_EAST_VIRGINIA", home: "us1"},
	"umatilla":  {region: "US_WEST_OREGON", home: "us2"},
	"dublin":    {region: "EU_IRELAND", home: "ie1"},
	"frankfurt": {region: "EU_FRANKFURT", home: "de1"},
	"singapore": {region: "ASIAPAC_SINGAPORE", home: "sg1"},
	"sydney":    {region: "ASIAPAC_SYDNEY", home: "au1"},
	"tokyo":     {region: "ASIAPAC_TOKYO", home: "jp1"},
	"sao-paulo": {region: "SOUTH_AMERICA_SAO_PAULO", home: "br1"},

	"ashburn-ix":   {region: "US_EAST_VIRGINIA", home: "us1"},
	"san-jose-ix":  {region: "US_WEST_OREGON", home: "us2"},
	"london-ix":    {region: "EU_IRELAND", home: "ie1"},
	"frankfurt-ix": {region: "EU_FRANKFURT", home: "de1"},
	"singapore-ix": {region: "ASIAPAC_SINGAPORE", home: "sg1"},
	"sydney-ix":    {region: "ASIAPAC_SYDNEY", home: "au1"},
	"tokyo-ix":     {region: "ASIAPAC_TOKYO", home: "jp1"},
}

// edgeOf is the edge that a browser asks for, and whether there is one of that name.
// The SDK says it nowhere but in the host name, voice-js.<edge>.twilio.com. A page
// whose connections are led to this machine may have it as <edge>.localhost, or
// leave it in the query, edge=<edge>; one that says nothing is roaming.
func edgeOf(r *http.Request) (edge, bool) {
	name := r.URL.Query().Get("edge")
	if name == "" {
		name = edgeInHost(r.Host)
	}
	if name == roaming {
		name = nearest
	}
	found, ok := edges[name]
	found.name = name
	return found, ok
}

func edgeInHost(host string) string {
	if bare, _, err := net.SplitHostPort(host); err == nil {
		host = bare
	}
	host = strings.TrimPrefix(host, "voice-js.")
	for _, ours := range []string{".twilio.com", ".localhost"} {
		if name, found := strings.CutSuffix(host, ours); found {
			return name
		}
	}
	return roaming
}
