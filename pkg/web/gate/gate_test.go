package gate

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func request(header string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	if header != "" {
		r.Header.Set("Authorization", header)
	}
	return r
}

func TestOnlyTheKeyOpens(t *testing.T) {
	basic := request("")
	basic.SetBasicAuth("anybody", "secret")
	wrong := request("")
	wrong.SetBasicAuth("secret", "")
	for _, tc := range []struct {
		name string
		r    *http.Request
		key  string
		want bool
	}{
		{"no key is asked for", request(""), "", true},
		{"none given", request(""), "secret", false},
		{"bearer", request("Bearer secret"), "secret", true},
		{"bearer with blanks", request("Bearer  secret "), "secret", true},
		{"a part of it", request("Bearer secre"), "secret", false},
		{"more than it", request("Bearer secret2"), "secret", false},
		{"without a scheme", request("secret"), "secret", false},
		{"another scheme", request("Digest secret"), "secret", false},
		{"a browser's password", basic, "secret", true},
		{"a browser's user", wrong, "secret", false},
	} {
		if got := Authorised(tc.r, tc.key); got != tc.want {
			t.Errorf("%s: got %v, want %v", tc.name, got, tc.want)
		}
	}
}

func TestAClientHasABurstAndThenARate(t *testing.T) {
	l := NewLimiter(Limits{PerSecond: 2, Burst: 3, Clients: 10})
	now := time.Unix(1_700_000_000, 0)
	for i, want := range []bool{true, true, true, false} {
		left := l.Take("a", now)
		h := http.Header{}
		left.Set(h)
		if left.Allowed != want || h.Get("RateLimit-Limit") != "3" || h.Get("RateLimit-Remaining") != fmt.Sprint(max(0, 2-i)) || h.Get("RateLimit-Policy") != "3;w=2" || (h.Get("Retry-After") == "1") == want {
			t.Errorf("request %d: got %+v, %v", i, left, h)
		}
	}
	if !l.Take("b", now).Allowed {
		t.Error("another client pays for the first")
	}
	if !l.Take("a", now.Add(500*time.Millisecond)).Allowed || l.Take("a", now.Add(500*time.Millisecond)).Allowed {
		t.Error("half a second is worth one request")
	}
	if left := NewLimiter(Limits{}).Take("a", now); !left.Allowed || !left.Unlimited {
		t.Errorf("without a limit: got %+v", left)
	}
}

func TestAFloodOfNamesIsForgotten(t *testing.T) {
	l := NewLimiter(Limits{PerSecond: 1, Burst: 2, Clients: 50})
	now := time.Unix(1_700_000_000, 0)
	for i := range 1000 {
		l.Take(fmt.Sprint(i), now.Add(time.Duration(i)*time.Millisecond))
		if n := len(l.known); n > 50 {
			t.Fatalf("%d clients are remembered, want 50 at most", n)
		}
	}
}

func TestAClientIsHisAddress(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.7:4711": "192.0.2.7", "[2001:db8:1:2:3:4:5:6]:80": "2001:db8:1:2::/64", "[::ffff:192.0.2.7]:80": "192.0.2.7", "[fe80::1%eth0]:80": "fe80::/64", "@": "@", "": "",
	} {
		if got := Client(&http.Request{RemoteAddr: in}); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

// TestWhatIsGivenBackDoesNotCount: and never makes more than the burst.
func TestWhatIsGivenBackDoesNotCount(t *testing.T) {
	l, now := NewLimiter(Limits{PerSecond: 0.1, Burst: 2, Clients: 4}), time.Unix(1_700_000_000, 0)
	for range 20 {
		if !l.Take("a", now).Allowed {
			t.Fatal("a request that was given back counts")
		}
		l.GiveBack("a", now)
	}
	for range 5 {
		l.GiveBack("a", now)
	}
	allowed := 0
	for range 10 {
		if l.Take("a", now.Add(time.Second)).Allowed {
			allowed++
		}
	}
	if allowed != 2 {
		t.Errorf("%d requests at once are allowed, want the burst of 2", allowed)
	}
}
