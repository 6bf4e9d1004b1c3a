package twiliobox_test

import (
	"net/http"
	"testing"

	"github.com/coder/websocket"
)

// What an application sees as device.edge, device.home and, by the SDK's table, as
// its region.
func TestEdges(t *testing.T) {
	t.Parallel()
	w := newWired(t, "")
	tests := []struct{ name, host, query, edge, region, home string }{
		{"as the SDK asks", "voice-js.dublin.twilio.com", "", "dublin", "EU_IRELAND", "ie1"},
		{"interconnect", "voice-js.london-ix.twilio.com", "", "london-ix", "EU_IRELAND", "ie1"},
		{"roaming", "voice-js.roaming.twilio.com", "", "ashburn", "US_EAST_VIRGINIA", "us1"},
		{"of this machine", "sydney.localhost:8480", "", "sydney", "ASIAPAC_SYDNEY", "au1"},
		{"in the query", "", "?edge=tokyo", "tokyo", "ASIAPAC_TOKYO", "jp1"},
		{"roaming in the query", "", "?edge=roaming", "ashburn", "US_EAST_VIRGINIA", "us1"},
		{"nothing said", "", "", "ashburn", "US_EAST_VIRGINIA", "us1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := softphoneAt(t, w.url+"/signal"+tt.query, tt.host)
			if got := p.listen(w.token()).Payload; got.Edge != tt.edge || got.Region != tt.region || got.Home != tt.home {
				t.Errorf("%s, %s, %s", got.Edge, got.Region, got.Home)
			}
		})
	}
	_, answer, err := websocket.Dial(t.Context(), w.url+"/signal", &websocket.DialOptions{Host: "voice-js.atlantis.twilio.com"})
	if err == nil || answer.StatusCode != http.StatusNotFound {
		t.Errorf("an edge that there is not: %v", err)
	}
}
