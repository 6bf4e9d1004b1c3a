package twiliobox

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
)

// mainKey keeps a resource from Standard API keys, which the box's key is: they
// may ask for everything but accounts and keys (Twilio, iam/api-keys, "Types of
// keys").
func mainKey(h restHandler) restHandler {
	return func(r *http.Request) (any, *restError) {
		if user, _, _ := r.BasicAuth(); !strings.HasPrefix(user, "AC") {
			return nil, restFault(http.StatusUnauthorized, 20003, "Authentication Error - invalid username")
		}
		return h(r)
	}
}

func (b *Box) fetchAccount(r *http.Request) (any, *restError) {
	c := b.engine.config
	if sid(r) != c.AccountSID {
		return nil, errRestNotFound
	}
	below := map[string]string{}
	for name, path := range map[string]string{"calls": "Calls", "incoming_phone_numbers": "IncomingPhoneNumbers", "applications": "Applications", "keys": "Keys"} {
		below[name] = b.uri("/%s.json", path)
	}
	return map[string]any{
		"sid": c.AccountSID, "owner_account_sid": c.AccountSID, "friendly_name": "Sandbox", "auth_token": c.AuthToken,
		"status": "active", "type": "Full", "date_created": rfc2822(b.engine.account.made), "date_updated": rfc2822(b.engine.account.made),
		"uri": b.uri(".json"), "subresource_uris": below,
	}, nil
}

func (b *Box) fetchKey(r *http.Request) (any, *restError) {
	if sid(r) != b.engine.config.APIKey {
		return nil, errRestNotFound
	}
	made := rfc2822(b.engine.account.made)
	return map[string]any{"sid": sid(r), "friendly_name": "Sandbox", "date_created": made, "date_updated": made}, nil
}

// permission is which numbers of a country the account may call (Twilio,
// voice/api/dialingpermissions-country-resource).
type permission struct{ low, special, fraud bool }

// countryCodes are the countries that the box knows, with the codes they are
// dialled by.
var countryCodes = map[string]string{"GB": "+44", "IE": "+353", "FR": "+33", "DE": "+49", "US": "+1"}

func permissions(allowed []string) map[string]permission {
	if allowed == nil {
		allowed = []string{"GB"}
	}
	all := map[string]permission{}
	for code := range countryCodes {
		all[code] = permission{}
	}
	for _, code := range allowed {
		all[code] = permission{low: true}
	}
	return all
}

const countriesPath = "/v1/DialingPermissions/Countries"

func (b *Box) fetchCountry(r *http.Request) (any, *restError) {
	code := r.PathValue("country")
	p, ok := b.engine.account.permission(code)
	if !ok {
		return nil, errRestNotFound
	}
	here := (&url.URL{Scheme: "http", Host: r.Host, Path: countriesPath + "/" + code}).String()
	return map[string]any{
		"iso_code": code, "name": code, "continent": nil, "country_codes": []string{countryCodes[code]},
		"low_risk_numbers_enabled": p.low, "high_risk_special_numbers_enabled": p.special, "high_risk_tollfraud_numbers_enabled": p.fraud,
		"url": here, "links": map[string]string{"highrisk_special_prefixes": here + "/HighRiskSpecialPrefixes"},
	}, nil
}

var truth = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(true|false)$`)
})

// updateCountries takes the list as Twilio documents it, whose truth values are
// strings; what an entry does not name becomes false.
func (b *Box) updateCountries(r *http.Request) (any, *restError) {
	var list []map[string]string
	if err := json.Unmarshal([]byte(r.PostForm.Get("UpdateRequest")), &list); err != nil {
		return nil, restFault(http.StatusBadRequest, 20001, "UpdateRequest is no JSON array of objects of strings")
	}
	changed := map[string]permission{}
	for _, entry := range list {
		code := entry["iso_code"]
		if _, known := b.engine.account.permission(code); !known {
			return nil, restFault(http.StatusBadRequest, 20001, "UpdateRequest names a country that is not known")
		}
		for _, name := range []string{"low_risk_numbers_enabled", "high_risk_special_numbers_enabled", "high_risk_tollfraud_numbers_enabled"} {
			if v, there := entry[name]; there && !truth().MatchString(v) {
				return nil, restFault(http.StatusBadRequest, 20001, name+" must be true or false")
			}
		}
		changed[code] = permission{entry["low_risk_numbers_enabled"] == "true", entry["high_risk_special_numbers_enabled"] == "true", entry["high_risk_tollfraud_numbers_enabled"] == "true"}
	}

	b.engine.account.permit(changed)
	return map[string]any{"update_count": len(changed), "update_request": r.PostForm.Get("UpdateRequest")}, nil
}

func (a *account) permission(code string) (permission, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	p, ok := a.countries[code]
	return p, ok
}

func (a *account) permit(changed map[string]permission) {
	a.mu.Lock()
	defer a.mu.Unlock()
	maps.Copy(a.countries, changed)
}
