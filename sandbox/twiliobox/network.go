package twiliobox

import "net/http"

// network is what of the browsers' network works.
type network struct {
	Signalling bool `json:"signalling"` // false: connections are dropped and refused
	Media      bool `json:"media"`      // false: every packet of sound is lost, both ways
}

func (b *Box) network() network {
	return network{Signalling: !b.engine.exchange.isDown(), Media: !b.engine.studio.isCut()}
}

func (b *Box) seeNetwork(*http.Request) (int, any, error) {
	return http.StatusOK, b.network(), nil
}

// setNetwork changes both; what is left out works.
func (b *Box) setNetwork(r *http.Request) (int, any, error) {
	n := network{Signalling: true, Media: true}
	if err := decode(r, &n); err != nil {
		return 0, nil, err
	}
	b.engine.studio.setCut(!n.Media)
	b.engine.exchange.setDown(!n.Signalling)
	return http.StatusOK, b.network(), nil
}
