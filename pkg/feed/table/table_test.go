package table

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/geo"
)

// Headers as their sources publish them.
const (
	legacyHeader = "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,Width,Draft,Cargo,TransceiverClass"
	newHeader    = "mmsi,base_date_time,longitude,latitude,sog,cog,heading,vessel_name,imo,call_sign,vessel_type,status,length,width,draft,cargo,transceiver"
	dmaHeader    = "# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,Heading,IMO,Callsign,Name,Ship type,Cargo type,Width,Length,Type of position fixing device,Draught,Destination,ETA,Data source type,A,B,C,D"
	hubHeader    = "MMSI,TSTAMP,LATITUDE,LONGITUDE,COG,SOG,HEADING,NAVSTAT,IMO,NAME,CALLSIGN,TYPE,A,B,C,D,DRAUGHT,DEST,ETA"
	plainHeader  = "mmsi,timestamp_ms,timestamp,lat,lon,speed,course,heading,navStatus,shipType,name,flag,published_ms"
)

// collector is a sink that keeps copies.
type collector struct {
	reports []ais.Report
	rejects []ais.Reject
}

func (c *collector) Report(r *ais.Report) { c.reports = append(c.reports, *r.Clone()) }
func (c *collector) Reject(r ais.Reject) {
	r.Bytes = bytes.Clone(r.Bytes)
	c.rejects = append(c.rejects, r)
}

// summary prints what a report carries, absent values left out.
func summary(r *ais.Report) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s", r.MMSI, r.Time.Time().Format("2006-01-02T15:04:05.999"))
	add := func(f ais.Field, format string, values ...any) {
		if r.Carries(f) {
			fmt.Fprintf(&b, " "+format, values...)
		}
	}
	add(ais.HasPosition, "%.5f/%.5f", r.Position[1], r.Position[0])
	add(ais.HasSOG, "sog=%g", float64(r.SOG))
	add(ais.HasCOG, "cog=%g", float64(r.COG))
	add(ais.HasHeading, "hdg=%g", float64(r.Heading))
	add(ais.HasROT, "rot=%.1f", r.ROT)
	add(ais.HasNavStatus, "status=%d", r.NavStatus)
	add(ais.HasSecond, "second=%d", r.Second)
	add(ais.HasIMO, "imo=%d", r.IMO)
	add(ais.HasName, "name=%q", r.Name.String())
	add(ais.HasCallSign, "call=%q", r.CallSign.String())
	add(ais.HasShipType, "type=%d", r.ShipType)
	add(ais.HasDimensions, "dim=%d+%d/%d+%d", r.Dimensions.Bow, r.Dimensions.Stern, r.Dimensions.Port, r.Dimensions.Starboard)
	add(ais.HasDraught, "draught=%g", float64(r.Draught))
	add(ais.HasDestination, "dest=%q", r.Destination.String())
	add(ais.HasETA, "eta=%d-%d_%d:%d", r.ETA.Month, r.ETA.Day, r.ETA.Hour, r.ETA.Minute)
	return b.String()
}

// read decodes rows under a header and prints what comes out, rejects as their reason.
func read(t *testing.T, header string, rows ...string) []string {
	t.Helper()
	head := header
	if head == "" {
		head = rows[0]
	}
	f := Recognise([]byte(head + "\n"))
	if f == nil {
		t.Fatalf("header not recognised: %s", head)
	}
	d := f.NewDecoder(Options{Source: "t"})
	var out []string
	for i, row := range rows {
		var c collector
		d.Decode([]byte(row), ais.At{Line: uint64(i + 2)}, &c)
		for i := range c.reports {
			out = append(out, summary(&c.reports[i]))
		}
		for _, r := range c.rejects {
			if string(r.Bytes) != row {
				t.Errorf("reject keeps %q, want the row %q", r.Bytes, row)
			}
			out = append(out, r.Reason.String())
		}
	}
	return out
}

func TestRows(t *testing.T) {
	tests := []struct {
		name, header, row string
		want              []string
	}{
		{"marinecadastre before 2024: lat before lon, T in the time, IMO with its letters", legacyHeader,
			"538009563,2022-06-20T00:00:04,29.23668,-116.63519,20.4,149.9,152.0,DEL MONTE PRIDE,IMO9869693,V7A4893,70,0,192,30,7.6,70,A",
			[]string{"538009563 2022-06-20T00:00:04 29.23668/-116.63519 sog=20.4 cog=149.9 hdg=152 status=0",
				`538009563 2022-06-20T00:00:04 imo=9869693 name="DEL MONTE PRIDE" call="V7A4893" type=70 dim=0+192/0+30 draught=7.6`}},
		{"marinecadastre since 2024: lon before lat, blank in the time", newHeader,
			"366996430,2026-03-31 00:00:00,-82.55641,38.40362,0.1,295.2,100,CAPT JEFF IRBY,,WDK7088,31,12,20,8,3.3,,A",
			[]string{"366996430 2026-03-31T00:00:00 38.40362/-82.55641 sog=0.1 cog=295.2 hdg=100 status=12",
				`366996430 2026-03-31T00:00:00 name="CAPT JEFF IRBY" call="WDK7088" type=31 dim=0+20/0+8 draught=3.3`}},
		{"not available in the old way: 102.3, 360.0, 511", legacyHeader,
			"367000001,2022-06-20T00:00:04,29.2,-116.6,102.3,360.0,511.0,,,,,,,,,,A",
			[]string{"367000001 2022-06-20T00:00:04 29.20000/-116.60000"}},
		{"AVIS code of a tank ship", legacyHeader,
			"367000001,2016-06-20T00:00:04,29.2,-116.6,1,2,3,,IMO0000000,,1024,,,,,,",
			[]string{"367000001 2016-06-20T00:00:04 29.20000/-116.60000 sog=1 cog=2 hdg=3",
				"367000001 2016-06-20T00:00:04 type=80"}},
		{"danish: day before month, C is starboard and D is port, Unknown is nothing", dmaHeader,
			"03/04/2023 00:00:00,Class A,352002266,55.4921,14.7525,Under way using engine,0.7,12.5,241.8,241,9134270,Unknown,SHIP,Tanker,\"Category X\",32,183,GPS,11.2,GOTHENBURG,05/04/2023 12:30:00,AIS,150,33,10,22",
			[]string{"352002266 2023-04-03T00:00:00 55.49210/14.75250 sog=12.5 cog=241.8 hdg=241 rot=0.7 status=0",
				`352002266 2023-04-03T00:00:00 imo=9134270 name="SHIP" type=81 dim=150+33/22+10 draught=11.2 dest="GOTHENBURG" eta=4-5_12:30`}},
		{"danish: nothing static", dmaHeader,
			"18/03/2023 00:00:00,Class A,352002266,55.4921,14.7525,Unknown value,,12.5,241.8,,Unknown,,,Undefined,,,,Undefined,,,,AIS,,,,",
			[]string{"352002266 2023-03-18T00:00:00 55.49210/14.75250 sog=12.5 cog=241.8"}},
		{"danish: 91 is not available", dmaHeader,
			"18/03/2023 00:00:00,Base Station,2190067,91.0,181.0,Unknown value,,,,,Unknown,,,Undefined,,,,GPS,,,,AIS,,,,",
			[]string{"2190067 2023-03-18T00:00:00"}},
		{"aishub readable: GMT, 102.4, no ETA", hubHeader,
			"123456789,2026-09-24 01:27:07 GMT,25.1,56.4,360.0,102.4,511,0,9134270,EVER DIADEM,3FOF8,70,225,70,1,31,12.2,NEW YORK,00-00 00:00",
			[]string{"123456789 2026-09-24T01:27:07 25.10000/56.40000 status=0",
				`123456789 2026-09-24T01:27:07 imo=9134270 name="EVER DIADEM" call="3FOF8" type=70 dim=225+70/1+31 draught=12.2 dest="NEW YORK"`}},
		{"aishub raw: 1/10000 minute and tenths", hubHeader,
			"123456789,1790213227,15060000,33840000,905,123,90,0,0,,,0,0,0,0,0,122,,0",
			[]string{"123456789 2026-09-24T01:27:07 25.10000/56.40000 sog=12.3 cog=90.5 hdg=90 status=0",
				"123456789 2026-09-24T01:27:07 draught=12.2"}},
		{"collector's table: milliseconds, a name nobody sent, trail without values", plainHeader,
			"219133000,1773505754764,2026-03-14T16:29:14,57.30468333333333,26.68208333333333,,,,,0,Unknown (219133000),,1773507513387",
			[]string{"219133000 2026-03-14T16:29:14.764 57.30468/26.68208"}},
		{"exchanged axes are not repaired", plainHeader,
			"422030600,1773505754764,,55.69,25.21,0,0,0,0,0,,,", []string{"422030600 2026-03-14T16:29:14.764 55.69000/25.21000 sog=0 cog=0 hdg=0 status=0"}},
		{"quoted comma in a name", plainHeader,
			`219133000,1773505754764,,57.3,26.6,,,,,80,"TANKER, THE",,`,
			[]string{"219133000 2026-03-14T16:29:14.764 57.30000/26.60000", `219133000 2026-03-14T16:29:14.764 name="TANKER, THE" type=80`}},
		{"guard against formulas is taken off, only where it guards", plainHeader,
			"219133000,1773505754764,,57.3,26.6,,,,,0,'=HYPERLINK(1),,",
			[]string{"219133000 2026-03-14T16:29:14.764 57.30000/26.60000", `219133000 2026-03-14T16:29:14.764 name="=HYPERLINK(1)"`}},
		{"name cut at @", plainHeader, "219133000,1773505754764,,57.3,26.6,,,,,0,YONGDUCK@@@Q,,",
			[]string{"219133000 2026-03-14T16:29:14.764 57.30000/26.60000", `219133000 2026-03-14T16:29:14.764 name="YONGDUCK"`}},
		{"any table with MMSI, time and place", "vessel;Time;LATITUDE;LONGITUDE;MMSI", "x;2024-02-29T23:59:60Z;1;2;422030600",
			[]string{"422030600 2024-03-01T00:00:00 1.00000/2.00000"}},
		{"too few columns", plainHeader, "219133000,1773505754764", []string{"bad_row"}},
		{"ten digits", plainHeader, "2191330001,1773505754764,,57.3,26.6,,,,,,,,", []string{"bad_mmsi"}},
		{"no MMSI", plainHeader, ",1773505754764,,57.3,26.6,,,,,,,,", []string{"bad_mmsi"}},
		{"words for an MMSI", plainHeader, "abc,1773505754764,,57.3,26.6,,,,,,,,", []string{"bad_mmsi"}},
		{"beyond the pole", plainHeader, "219133000,1773505754764,,-91.3,26.6,,,,,,,,", []string{"bad_position"}},
		{"beyond the date line", plainHeader, "219133000,1773505754764,,1,-180.1,,,,,,,,", []string{"bad_position"}},
		{"half a position", plainHeader, "219133000,1773505754764,,1,,,,,,,,,", []string{"bad_position"}},
		{"not a number", plainHeader, "219133000,1773505754764,,NaN,1,,,,,,,,", []string{"bad_position"}},
		{"no time", plainHeader, "219133000,,,1,1,,,,,,,,", []string{"no_time"}},
		{"time before 2000", plainHeader, "219133000,1000,,1,1,,,,,,,,", []string{"no_time"}},
		{"thirteenth month", legacyHeader, "367000001,2022-13-20T00:00:04,1,1,1,1,1,,,,,,,,,,", []string{"bad_row"}},
		{"31 April", legacyHeader, "367000001,2022-04-31T00:00:04,1,1,1,1,1,,,,,,,,,,", []string{"bad_row"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := read(t, test.header, test.row)
			if fmt.Sprint(got) != fmt.Sprint(test.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

func TestJSONLines(t *testing.T) {
	tests := []struct {
		name, row string
		want      []string
	}{
		{"aisstream position (FORMATS, section 9)", `{"Message":{"PositionReport":{"Cog":308,"CommunicationState":81982,"Latitude":66.02695,"Longitude":12.253821666666665,"MessageID":1,"NavigationalStatus":15,"PositionAccuracy":true,"Raim":false,"RateOfTurn":4,"Sog":0,"Timestamp":31,"TrueHeading":235,"UserID":259000420,"Valid":true}},"MessageType":"PositionReport","MetaData":{"MMSI":259000420,"ShipName":"AUGUSTSON           ","latitude":1,"longitude":2,"time_utc":"2022-12-29 18:22:32.318353 +0000 UTC"}}`,
			[]string{"259000420 2022-12-29T18:22:32.318 66.02695/12.25382 sog=0 cog=308 hdg=235 rot=0.7 second=31"}},
		{"aisstream static: the place in the envelope is no fix", `{"Message":{"ShipStaticData":{"CallSign":"3FOF8","Destination":"NEW YORK","Dimension":{"A":225,"B":70,"C":1,"D":31},"Eta":{"Day":15,"Hour":14,"Minute":0,"Month":5},"ImoNumber":9134270,"MaximumStaticDraught":12.2,"MessageID":5,"Name":"EVER DIADEM         ","Type":70,"UserID":351759000,"Valid":true}},"MessageType":"ShipStaticData","Metadata":{"MMSI":351759000,"latitude":1,"longitude":2,"time_utc":"2022-12-29T18:22:32Z"}}`,
			[]string{`351759000 2022-12-29T18:22:32 imo=9134270 name="EVER DIADEM" call="3FOF8" type=70 dim=225+70/1+31 draught=12.2 dest="NEW YORK" eta=5-15_14:0`}},
		{"aisstream 24 B: only the valid half", `{"Message":{"StaticDataReport":{"MessageID":24,"PartNumber":true,"ReportA":{"Name":"WRONG","Valid":false},"ReportB":{"CallSign":"TC6163","Dimension":{"A":0,"B":15,"C":0,"D":5},"ShipType":36,"Valid":true},"UserID":271041815}},"MessageType":"StaticDataReport","MetaData":{"MMSI":271041815,"time_utc":"2022-12-29 18:22:32 +0000 UTC m=+1.5"}}`,
			[]string{`271041815 2022-12-29T18:22:32 call="TC6163" type=36 dim=0+15/0+5`}},
		{"aisstream long range: 63 kn is not available", `{"Message":{"LongRangeAisBroadcastMessage":{"Cog":511,"Latitude":25.5,"Longitude":56.5,"MessageID":27,"Sog":63,"UserID":422030600}},"MessageType":"LongRangeAisBroadcastMessage","MetaData":{"MMSI":422030600,"time_utc":"2022-12-29 18:22:32 +0000 UTC"}}`,
			[]string{"422030600 2022-12-29T18:22:32 25.50000/56.50000"}},
		{"aisstream confirmation is no AIS", `{"MessageType":"SubscriptionConfirmation","Message":{"CompressionEnabled":true}}`, []string{"bad_row"}},
		{"gpsd words with a time", `{"ssvid": 416000000, "lat": 22.5, "lon": 120.3, "timestamp": "2014-01-01 01:14:25.000000", "course": 0, "speed": 0, "implied_speed": "12"}`,
			[]string{"416000000 2014-01-01T01:14:25 22.50000/120.30000 sog=0 cog=0"}},
		{"gpsd turn in words, status in words, null position", `{"mmsi":"227006760","type":1,"timestamp":"2014-01-01T01:14:25+01:00","lat":null,"lon":null,"turn":"nan","status":"Moored","shipname":"A\u0042C"}`,
			[]string{`227006760 2014-01-01T00:14:25 name="ABC"`}},
		{"gpsd position not available", `{"mmsi":227006760,"timestamp":"2014-01-01T01:14:25Z","lat":91,"lon":181,"speed":102.3}`, []string{"227006760 2014-01-01T01:14:25"}},
		{"heard and nothing more", `{"mmsi":227006760,"timestamp":"2014-01-01T01:14:25Z"}`, []string{"227006760 2014-01-01T01:14:25"}},
		{"raw integers", `{"mmsi":227006760,"scaled":false,"lat":29685346,"lon":78828}`, []string{"bad_row"}},
		{"gpsd without a time", `{"class":"AIS","mmsi":227006760,"lat":1,"lon":2}`, []string{"no_time"}},
		{"cut in the middle", `{"mmsi":227006760,"timest`, []string{"bad_row"}},
		{"comment", `# {"mmsi":227006760}`, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := Recognise([]byte(`{"a":1}`)).NewDecoder(Options{Source: "t"})
			var c collector
			d.Decode([]byte(test.row), ais.At{Line: 1}, &c)
			var got []string
			for i := range c.reports {
				got = append(got, summary(&c.reports[i]))
			}
			for _, r := range c.rejects {
				got = append(got, r.Reason.String())
			}
			if fmt.Sprint(got) != fmt.Sprint(test.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

func TestRecognise(t *testing.T) {
	tests := []struct{ head, want string }{
		{legacyHeader, "marinecadastre"},
		{"\xef\xbb\xbf" + newHeader + "\r", "marinecadastre"},
		{dmaHeader, "dma"},
		{strings.TrimSuffix(dmaHeader, ",A,B,C,D"), "dma"},
		{hubHeader, "aishub"},
		{"mmsi,msg_type,timestamp,created_at,latitude,longitude,speed", "spire"},
		{plainHeader, "positions"},
		{"# a comment\n\n" + plainHeader, "positions"},
		{"id\tMMSI\tTime\tLat\tLon", "positions"},
		{"{\"mmsi\":1}", "json"},
		{"# comment\n{\"mmsi\":1}", "json"},
		{"!AIVDM,1,1,,A,13HOI:0P0000VOHLCnHQKwvL05Ip,0*23", ""},
		{"a,b,c,d,e", ""},
		{"", ""},
		{"{}", ""},
	}
	for _, test := range tests {
		got := ""
		if f := Recognise([]byte(test.head)); f != nil {
			got = f.Name()
		}
		if got != test.want {
			t.Errorf("%q: got %q, want %q", test.head, got, test.want)
		}
	}
}

func TestCircumstancesOfRows(t *testing.T) {
	d := Recognise([]byte(legacyHeader)).NewDecoder(Options{Source: "us", Receiver: ais.Terrestrial})
	var c collector
	row := "538009563,2022-06-20T00:00:04,29.23668,-116.63519,20.4,149.9,152.0,DEL MONTE PRIDE,IMO9869690,V7A4893,70,0,192,30,7.6,70,A"
	d.Decode([]byte(row), ais.At{Offset: 77, Line: 3}, &c)
	if len(c.reports) != 2 {
		t.Fatalf("got %d reports, want a position and a static one", len(c.reports))
	}
	p, s := c.reports[0], c.reports[1]
	if p.Kind != ais.Position || s.Kind != ais.Static || p.Class != ais.ClassA || s.Class != ais.ClassA {
		t.Errorf("kinds and classes: got %v %v %v %v", p.Kind, s.Kind, p.Class, s.Class)
	}
	if p.Number != 3<<8 || s.Number != 3<<8+1 || p.Offset != 77 || string(p.Raw) != row || p.Source != "us" {
		t.Errorf("circumstances: got %d %d %d %q %q", p.Number, s.Number, p.Offset, p.Raw, p.Source)
	}
	if want := ais.Downsampled | ais.DecodedUpstream; p.Flags != want || s.Flags != want|ais.BadIMO {
		t.Errorf("flags: got %b and %b, want %b and bad IMO", p.Flags, s.Flags, want)
	}
	if p.Hash == s.Hash || p.Hash == 0 {
		t.Errorf("hashes %x and %x: the halves of a row are no copies of each other", p.Hash, s.Hash)
	}
	if p.TimeSource != ais.TimeFeed || p.Receiver != ais.Terrestrial {
		t.Errorf("time source %v, receiver %v", p.TimeSource, p.Receiver)
	}
	again := Recognise([]byte(plainHeader)).NewDecoder(Options{})
	again.Decode([]byte("538009563,1655683204000,,29.236680,-116.63519,,,,,,,,"), ais.At{}, &c)
	if got := c.reports[2].Hash; got != p.Hash {
		t.Errorf("the same fix in another table has key %x, want %x", got, p.Hash)
	}
}

func TestAssumedTime(t *testing.T) {
	d := Recognise([]byte(plainHeader)).NewDecoder(Options{AssumeStart: 1_700_000_000_000})
	var c collector
	d.Decode([]byte("219133000,,,1,1,,,,,,,,"), ais.At{}, &c)
	if len(c.reports) != 1 || c.reports[0].Time != 1_700_000_000_000 || c.reports[0].TimeSource != ais.TimeAssumed {
		t.Fatalf("got %+v", c.reports)
	}
}

func TestInstant(t *testing.T) {
	tests := []struct {
		in   string
		want string
	}{
		{"1773505754", "2026-03-14T16:29:14"},
		{"1773505754764", "2026-03-14T16:29:14.764"},
		{"1773505754764999", "2026-03-14T16:29:14.764"},
		{"1773505754.5", "2026-03-14T16:29:14.5"},
		{"2024-02-29T12:00:00.123456789Z", "2024-02-29T12:00:00.123"},
		{"2024-02-29 12:00", "2024-02-29T12:00:00"},
		{"2024-02-29T12:00:00+03:30", "2024-02-29T08:30:00"},
		{"2024-01-01T00:30:00+0100", "2023-12-31T23:30:00"},
		{"2024/12/31 23:59:59", "2024-12-31T23:59:59"},
		{"31/12/2024 23:59:59", "2024-12-31T23:59:59"},
		{"29/02/2023 00:00:00", "broken"},
		{"12/31/2024 23:59:59", "broken"},
		{"2024-02-29T25:00:00", "broken"},
		{"2024-02-29T12:00:00 CET", "broken"},
		{"yesterday", "broken"},
		{"", "empty"},
		{"0", "empty"},
		{"1999-12-31T23:59:59Z", "empty"},
		{"2100-01-01T00:00:00Z", "empty"},
	}
	for _, test := range tests {
		v, c := instant([]byte(test.in))
		got := map[clarity]string{empty: "empty", broken: "broken", good: v.Time().Format("2006-01-02T15:04:05.999")}[c]
		if got != test.want {
			t.Errorf("%q: got %s, want %s", test.in, got, test.want)
		}
	}
}

func TestDecimalEqualsStrconv(t *testing.T) {
	for _, s := range []string{"0", "-0.1", "57.30468333333333", "-116.63519", "1e3", "+5", ".5", "5.", "123456789012345", "9007199254740993", "0.000001"} {
		want, _ := general([]byte(s))
		if got, c := decimal([]byte(s)); c != good || got != want {
			t.Errorf("%q: got %v (%v), want %v", s, got, c, want)
		}
	}
	for _, s := range []string{".", "-", "+", "1.2.3", "1,5", "0x10p", "NaN", "Inf", "1e999", "--1"} {
		if got, c := decimal([]byte(s)); c != broken {
			t.Errorf("%q: got %v (%v), want broken", s, got, c)
		}
	}
}

func TestSorter(t *testing.T) {
	for _, limit := range []int{1 << 20, 2000, 1} {
		t.Run(fmt.Sprintf("limit %d", limit), func(t *testing.T) {
			s := NewSorter(limit, t.TempDir())
			const rows = 500
			for i := range rows {
				// 7919 is prime to 100, so that every time occurs five times.
				at := ais.At{Offset: int64(i * 10), Line: uint64(i + 1)}
				if err := s.Add(fmt.Appendf(nil, "row %d", i), at, ais.UnixMilli(i*7919%100), i != 250); err != nil {
					t.Fatal(err)
				}
			}
			n, last, line := 0, ais.UnixMilli(-1), uint64(0)
			err := s.Each(func(row []byte, at ais.At) error {
				i := int(at.Line) - 1
				if i == 250 {
					i-- // it has no time of its own and follows the row before it
				}
				when := ais.UnixMilli(i * 7919 % 100)
				if when < last || when == last && at.Line < line {
					t.Errorf("row %d of time %d comes after line %d of time %d", i, when, line, last)
				}
				if want := fmt.Sprintf("row %d", at.Line-1); string(row) != want || at.Offset != int64(at.Line-1)*10 {
					t.Errorf("got %q at %d, want %q", row, at.Offset, want)
				}
				n, last, line = n+1, when, at.Line
				return nil
			})
			if err != nil || n != rows {
				t.Fatalf("got %d rows and %v, want %d", n, err, rows)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// FuzzTable decodes a head and a row of anything: it must not crash, and what it lets through must be possible.
func FuzzTable(f *testing.F) {
	for _, h := range []string{legacyHeader, newHeader, dmaHeader, hubHeader, plainHeader, `{"mmsi":1}`, "mmsi;time;lat;lon"} {
		f.Add(h, "219133000,1773505754764,,57.3,26.6,,,,,0,\"A,B\",,")
		f.Add(h, "18/03/2023 00:00:00,Class A,352002266,55.4921,14.7525,Under way using engine,0.7,12.5,241.8,241,Unknown,,,Undefined,,,,Undefined,,,,AIS,,,,")
		f.Add(h, `{"Message":{"PositionReport":{"Latitude":66.02695,"Longitude":12.25,"MessageID":1,"UserID":259000420}},"MessageType":"PositionReport","MetaData":{"time_utc":"2022-12-29 18:22:32.318353 +0000 UTC"}}`)
		f.Add(h, `{"mmsi":"1","timestamp":"2014-01-01T01:14:25.000Z","lat":1,"lon":"2","turn":"nan","shipname":"\ud800","eta":"05-15T14:00Z"}`)
	}
	f.Fuzz(func(t *testing.T, head, row string) {
		format := Recognise([]byte(head))
		if format == nil {
			return
		}
		d := format.NewDecoder(Options{Source: "fuzz"})
		var c collector
		d.When([]byte(row))
		d.Decode([]byte(row), ais.At{}, &c)
		if len(c.reports) > 2 || len(c.reports) > 0 && len(c.rejects) > 0 || len(c.rejects) > 1 {
			t.Fatalf("got %d reports and %d rejects of one row", len(c.reports), len(c.rejects))
		}
		for i := range c.reports {
			r := &c.reports[i]
			lon, lat := r.Position[0], r.Position[1]
			switch {
			case r.MMSI > 999_999_999, r.Time < year2000, r.Time >= year2100:
				t.Errorf("MMSI %d at %d is impossible", r.MMSI, r.Time)
			case !(math.Abs(lon) <= 180 && math.Abs(lat) <= 90):
				t.Errorf("position %v is off the Earth", r.Position)
			case r.Carries(ais.HasSOG) && !(r.SOG >= 0 && r.SOG < 102.3), r.COG < 0, r.COG >= 360, r.Heading < 0, r.Heading >= 360:
				t.Errorf("motion %v %v %v is impossible", r.SOG, r.COG, r.Heading)
			case strings.Contains(r.Name.String(), "@") && !strings.HasPrefix(r.Name.String(), "@"), r.Draught > 25.5:
				t.Errorf("static values %q %v are impossible", r.Name.String(), r.Draught)
			}
		}
	})
}

func BenchmarkRows(b *testing.B) {
	rows := []struct{ name, header, row string }{
		{"marinecadastre", legacyHeader, "538009563,2022-06-20T00:00:04,29.23668,-116.63519,20.4,149.9,152.0,DEL MONTE PRIDE,IMO9869693,V7A4893,70,0,192,30,7.6,70,A"},
		{"positions", plainHeader, "219133000,1773505754764,2026-03-14T16:29:14,57.30468,26.68208,0.1,263.3,248,5,0,Unknown (219133000),,1773507513387"},
	}
	for _, row := range rows {
		b.Run(row.name, func(b *testing.B) {
			d := Recognise([]byte(row.header)).NewDecoder(Options{Source: "b"})
			line, count := []byte(row.row), &counter{}
			b.SetBytes(int64(len(line)))
			b.ReportAllocs()
			for b.Loop() {
				d.Decode(line, ais.At{}, count)
			}
			if count.positions != b.N || count.last.Time == 0 || count.last.Position == (geo.Point{}) {
				b.Fatalf("got %d positions of %d rows, the last %+v", count.positions, b.N, count.last)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

type counter struct {
	positions int
	last      ais.Report
}

func (c *counter) Report(r *ais.Report) {
	if r.Kind == ais.Position {
		c.positions, c.last = c.positions+1, *r
	}
}
func (c *counter) Reject(ais.Reject) {}
