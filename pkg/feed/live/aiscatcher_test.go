package live

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed"
)

// posted is a body of AIS-catcher's default protocol: a message with its sentence, one of two sentences, and one that was
// decoded upstream.
func posted(station string, seconds int64) string {
	at := time.Unix(epoch+seconds, 0).UTC().Format("20060102150405")
	return fmt.Sprintf(`{"protocol":"jsonaiscatcher","encodetime":"%[1]s","stationid":"%[2]s","receiver":{"description":"x"},"device":{},"msgs":[
{"class":"AIS","device":"AIS-catcher","rxtime":"%[1]s","scaled":true,"channel":"A","nmea":["!AIVDM,1,1,,A,13`+"`"+`fL1PP140KCELMBO7SS?wH0@Jv,0*50"],"type":1,"mmsi":244030470},
{"class":"AIS","rxuxtime":%[3]d.25,"nmea":["!AIVDM,2,1,1,A,55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp8,0*1C","!AIVDM,2,2,1,A,88888888880,2*25"],"type":5,"mmsi":351759000},
{"class":"AIS","rxtime":"%[1]s","scaled":true,"channel":"B","type":1,"mmsi":244030471,"speed":6.8,"lon":5.964237,"lat":51.185970,"course":90.8,"second":44}]}`, at, station, epoch+seconds)
}

func TestPosts(t *testing.T) {
	clock := newHandClock()
	clock.advance(time.Minute)
	o := quick(mixed{clock})
	o.Body = 1 << 14
	l := open(t, o, feed.SourceConfig{ID: "a", Kind: feed.AISCatcher, Address: ":0", Key: "user:sesame"})
	address := "http://" + l.sources[0].bound.(net.Listener).Addr().String()
	if !strings.HasPrefix(address, "http://127.0.0.1:") {
		t.Errorf("listens at %s, want loopback where no host is given", address)
	}
	for _, test := range []struct {
		name, path, password, body string
		code                       int
	}{
		{"AIS-catcher's JSON", "/v1/receive", "sesame", posted("MyStation", 5), 204},
		{"packed", "/v1/receive", "sesame", string(packed(posted("Other", 6))), 204},
		{"nothing heard", "/v1/receive", "sesame", `{"protocol":"jsonaiscatcher","stationid":"MyStation","msgs":[]}`, 204},
		{"lines of NMEA", "/v1/receive", "sesame", fix(200000001, 7, "st1") + fix(200000001, 8, "st1"), 204},
		{"lines of JSON", "/v1/receive", "sesame", `{"class":"AIS","rxtime":"20260301000009","station_id":7,"nmea":["!AIVDM,1,1,,A,13HOI:0P0000VOHLCnHQKwvL05Ip,0*23"]}` + "\n", 204},
		{"unknown protocol", "/v1/receive", "sesame", `{"protocol":"airframes","msgs":[]}`, 400},
		{"no lines", "/v1/receive", "sesame", "hello", 400},
		{"nothing", "/v1/receive", "sesame", " \n", 400},
		{"packed, cut off", "/v1/receive", "sesame", string(packed(posted("Other", 6))[:40]), 400},
		{"too large", "/v1/receive", "sesame", strings.Repeat("!", 1<<15), 413},
		{"too large unpacked", "/v1/receive", "sesame", string(packed(strings.Repeat("!", 1<<15))), 413},
		{"wrong password", "/v1/receive", "open", posted("MyStation", 9), 401},
		{"wrong path", "/", "sesame", posted("MyStation", 9), 404},
	} {
		request, err := http.NewRequest(http.MethodPost, address+test.path, strings.NewReader(test.body))
		if err != nil {
			t.Fatal(err)
		}
		request.SetBasicAuth("user", test.password)
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != test.code {
			t.Errorf("%s: got %d, want %d", test.name, answer.StatusCode, test.code)
		}
	}
	http.DefaultClient.CloseIdleConnections()
	answer, err := http.Get(address + "/v1/receive")
	if err != nil || answer.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET: got %v, %v", answer, err)
	}
	answer.Body.Close()
	want := []string{"244030470 MyStation 00:05 feed", "351759000 MyStation 00:05 feed", "244030471 MyStation 00:05 feed",
		"244030470 Other 00:06 feed", "351759000 Other 00:06 feed", "244030471 Other 00:06 feed",
		"200000001 st1 00:07 tag", "200000001 st1 00:08 tag", "227006760 7 00:09 feed"}
	for len(want) > 0 {
		rec, err := l.Next()
		if err != nil {
			t.Fatal(err)
		}
		if r := rec.Report; r != nil {
			if got := fmt.Sprintf("%d %s %s %s", r.MMSI, r.Station.String(), minute(r.Time), r.TimeSource); got != want[0] {
				t.Errorf("got %s, want %s", got, want[0])
			}
			want = want[1:]
		}
	}
	if s := l.Status()[0]; s.Drops.Size != 2 || s.Lines != 9 || s.Refused() != 0 {
		t.Errorf("got %+v; want 9 lines, 2 bodies too large", s)
	}
}

// FuzzPost takes any body.
func FuzzPost(f *testing.F) {
	for _, s := range []string{posted("MyStation", 5), `{"protocol":"jsonaiscatcher","msgs":[]}`, `{"msgs":[1,"x",null,{"nmea":[""]},{"nmea":"x"}]}`, `{"protocol":"x"}`,
		fix(200000001, 7, "st1"), `{"nmea":[],"rxtime":"20260301000009","toa":"1772323209","mmsi":1,"lat":1,"lon":1}`, "{", "{}", "hello", "", "\x00", "x\n" + strings.Repeat("#", 2000) + "$y"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		_, s := deaf(t)
		p := &posts{s: s}
		p.mu.senders = s.newSenders()
		lines := 1
		for _, c := range body {
			if bytes.IndexByte([]byte("\r\n!$\\{"), c) >= 0 { // ends a line, or opens one behind a line that is too long
				lines++
			}
		}
		var whole struct {
			Messages []json.RawMessage `json:"msgs"`
		}
		_ = json.Unmarshal(body, &whole) // counted where it is one
		if err := p.take(bytes.Clone(body), ais.LabelFrom("peer")); err != nil && s.mu.status.Lines > 0 {
			t.Errorf("%q: error %v after %d lines", body, err, s.mu.status.Lines)
		}
		if n := int(s.mu.status.Lines); n > max(lines, len(whole.Messages)) {
			t.Errorf("%d lines of a body with %d", n, lines)
		}
		check(t, s, len(body))
	})
}
