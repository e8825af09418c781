package write

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	goais "github.com/BertoldVdb/go-ais"

	"github.com/darkwake/darkwake/internal/sim/air"
	"github.com/darkwake/darkwake/internal/sim/encode"
)

// every is a message of each kind with a different value in each field.
func every() []encode.Message {
	size := encode.Dimensions{Bow: 283, Stern: 50, Port: 36, Starboard: 24}
	return []encode.Message{
		encode.Position{Type: 3, Repeat: 1, MMSI: 352999201, Status: 5, Turn: -127, Speed: 1023, Accuracy: true, Longitude: 181 * 600_000,
			Latitude: 91 * 600_000, Course: 3600, Heading: 511, Second: 63, Manoeuvre: 2, Spare: 5, RAIM: true, Radio: 81982},
		encode.Position{MMSI: 352999201, Turn: 4, Speed: 123, Longitude: -7_352_293, Latitude: 39_616_170, Course: 3077, Heading: 235},
		encode.Base{MMSI: 4709991, Year: 2025, Month: 6, Day: 10, Hour: 12, Minute: 59, Second: 58, Accuracy: true, Longitude: 33_807_000,
			Latitude: 15_090_000, Fix: 7, LongRange: true, Spare: 300, RAIM: true, Radio: 7},
		encode.Base{Type: 11, MMSI: 352999201, Hour: 24, Minute: 60, Second: 60},
		encode.Static{Repeat: 2, MMSI: 352999201, Version: 2, IMO: 9002017, CallSign: "SYNA", Name: `SYN "ONE\`, ShipType: 80, Size: size, Fix: 1,
			ETAMonth: 5, ETADay: 15, ETAHour: 14, ETAMinute: 30, Draught: 225, Destination: "FOR ORDERS", DTE: true, Spare: 1},
		encode.Aircraft{MMSI: 111470999, Altitude: 300, Speed: 140, Accuracy: true, Longitude: 34_000_000, Latitude: 15_000_000, Course: 1805,
			Second: 9, Barometric: true, Spare: 99, DTE: true, Spare2: 5, Assigned: true, RAIM: true, ITDMA: true, Radio: 12},
		encode.ClassB{Repeat: 3, MMSI: 470999203, Spare: 200, Speed: 61, Accuracy: true, Longitude: 33_900_001, Latitude: 15_144_003, Course: 1,
			Heading: 359, Second: 59, Spare2: 3, CarrierSense: true, DSC: true, Message22: true, RAIM: true, ITDMA: true, Radio: 393222},
		encode.ClassBExtended{MMSI: 470999204, Spare: 1, Speed: 62, Longitude: 33_900_002, Latitude: 15_144_004, Course: 2, Heading: 358, Second: 58,
			Spare2: 4, Name: "SYN DHOW", ShipType: 70, Size: size, Fix: 1, RAIM: true, DTE: true, Assigned: true, Spare3: 9},
		encode.Aid{MMSI: 994709991, Kind: 14, Name: "SYN BUOY OF A NAME THAT GOES ON", Longitude: 33_966_000, Latitude: 15_096_000, Size: size, Fix: 7,
			Second: 61, OffPosition: true, Status: 128, RAIM: true, Virtual: true, Assigned: true, Spare: 1},
		encode.StaticA{Repeat: 1, MMSI: 470999203, Name: "SYN BOAT"},
		encode.StaticB{MMSI: 470999203, ShipType: 30, Vendor: "SYN", Model: 3, Serial: 77, CallSign: "SYND", Size: size, Fix: 1, Spare: 2},
		encode.StaticB{MMSI: 984709992, ShipType: 36, CallSign: "SYNE", Mother: 352999201},
		encode.LongRange{Repeat: 3, MMSI: 352999201, Accuracy: true, RAIM: true, Status: 1, Longitude: 33_901, Latitude: -15_145, Speed: 63, Course: 511, Latency: true, Spare: 1},
	}
}

// packets makes an empty struct of go-ais for each name.
func packets() map[string]any {
	return map[string]any{
		"PositionReport": &goais.PositionReport{}, "BaseStationReport": &goais.BaseStationReport{}, "ShipStaticData": &goais.ShipStaticData{},
		"StandardSearchAndRescueAircraftReport": &goais.StandardSearchAndRescueAircraftReport{},
		"StandardClassBPositionReport":          &goais.StandardClassBPositionReport{}, "ExtendedClassBPositionReport": &goais.ExtendedClassBPositionReport{},
		"AidsToNavigationReport": &goais.AidsToNavigationReport{}, "StaticDataReport": &goais.StaticDataReport{},
		"LongRangeAisBroadcastMessage": &goais.LongRangeAisBroadcastMessage{},
	}
}

// TestBodiesAreThoseOfGoAIS asks the library that the service is built on: what it reads from the bits must be what it
// reads from our JSON, field by field. Unknown fields are errors.
func TestBodiesAreThoseOfGoAIS(t *testing.T) {
	w := small(t)
	w.Scenario().Faults.Corrupted, w.Scenario().Faults.Cut = 0, 0
	envelopes := NewEnvelopes(w)
	codec := goais.CodecNew(false, false)
	codec.DropSpace = true
	for i, m := range every() {
		e, ok := envelopes.Of(&air.Delivery{Number: uint64(i), Stamp: w.At(0), Message: m})
		if !ok {
			t.Fatalf("%#v is left out", m)
		}
		t.Run(e.Type, func(t *testing.T) {
			var got struct {
				Message     map[string]json.RawMessage
				MessageType string
			}
			if err := json.Unmarshal(e.JSON, &got); err != nil || got.MessageType != e.Type {
				t.Fatalf("type %q, %v in %s", got.MessageType, err, e.JSON)
			}
			packet := packets()[e.Type]
			d := json.NewDecoder(strings.NewReader(string(got.Message[e.Type])))
			d.DisallowUnknownFields()
			if err := d.Decode(packet); err != nil {
				t.Fatalf("%v in %s", err, e.JSON)
			}
			trim(reflect.ValueOf(packet).Elem())
			payload, fill := encode.BitsOf(m).Armour()
			want := codec.DecodePacket(sixBits(payload, fill))
			if !reflect.DeepEqual(reflect.ValueOf(packet).Elem().Interface(), want) {
				t.Errorf("got  %+v\nwant %+v", packet, want)
			}
		})
	}
}

// trim cuts the spaces with which the service fills text.
func trim(v reflect.Value) {
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.Struct:
			trim(f)
		case reflect.String:
			f.SetString(strings.TrimRight(f.String(), " "))
		}
	}
}

// TestEnvelope compares whole lines: the golden pair of a published sentence (type 1, 227006760), and what the service
// remembers from one message to the next.
func TestEnvelope(t *testing.T) {
	w := small(t)
	w.Scenario().Faults.Corrupted, w.Scenario().Faults.Cut = 0, 0
	published := encode.Position{Type: 1, MMSI: 227006760, Turn: -128, Longitude: 78_828, Latitude: 29_685_346, Course: 367, Heading: 511, Second: 14, Radio: 22136}
	const body = `{"Message":{"PositionReport":{"MessageID":1,"RepeatIndicator":0,"UserID":227006760,"Valid":true,"Latitude":49.47557666666667,"Longitude":0.13138,` +
		`"PositionAccuracy":false,"Raim":false,"Cog":36.7,"CommunicationState":22136,"NavigationalStatus":0,"RateOfTurn":-128,"Sog":0,"Spare":0,` +
		`"SpecialManoeuvreIndicator":0,"Timestamp":14,"TrueHeading":511}},"MessageType":"PositionReport","MetaData":{"MMSI":227006760,"MMSI_String":227006760,` +
		`"ShipName":"","latitude":49.47557666666667,"longitude":0.13138,"time_utc":"2025-06-10 12:00:01.5 +0000 UTC"}}`
	nowhere := encode.Position{MMSI: 227006760, Longitude: encode.NoLongitude, Latitude: encode.NoLatitude}
	steps := []struct {
		name     string
		delivery air.Delivery
		want     []string // parts of the line, none when it is left out
		placed   bool
	}{
		{"the whole line", air.Delivery{Arrival: 1500 * time.Millisecond, Stamp: w.At(time.Second), Message: published}, []string{body}, true},
		{"a static message carries the last place and the name", air.Delivery{Message: encode.Static{MMSI: 227006760, Name: "SYN ONE"}},
			[]string{`"ShipName":"SYN ONE             ","latitude":49.47557666666667,"longitude":0.13138,"time_utc":"2025-06-10 12:00:00 +0000 UTC"`}, true},
		{"not available stays in the body and does not move the ship", air.Delivery{Message: nowhere},
			[]string{`"Latitude":91,"Longitude":181`, `"latitude":49.47557666666667`}, true},
		{"a ship that was never placed", air.Delivery{Message: encode.StaticA{MMSI: 470999203, Name: "SYN BOAT"}}, []string{`"latitude":0,"longitude":0`}, false},
		{"from a satellite, at once", air.Delivery{Arrival: time.Minute, Stamp: w.At(0), Space: true, Message: published}, []string{`"time_utc":"2025-06-10 12:01:00 +0000 UTC"`}, true},
		{"from a satellite, too late", air.Delivery{Arrival: 3 * time.Minute, Stamp: w.At(0), Space: true, Message: published}, nil, false},
		{"from a station whose clock is wrong", air.Delivery{Arrival: 3 * time.Minute, Stamp: w.At(0), Message: published}, []string{`"time_utc":"2025-06-10 12:03:00 +0000 UTC"`}, true},
	}
	envelopes := NewEnvelopes(w)
	for _, s := range steps {
		t.Run(s.name, func(t *testing.T) {
			e, ok := envelopes.Of(&s.delivery)
			if ok != (s.want != nil) || e.Placed != s.placed {
				t.Fatalf("passed on: %v, placed: %v", ok, e.Placed)
			}
			for _, part := range s.want {
				if !strings.Contains(string(e.JSON), part) {
					t.Errorf("got %s, want it to contain %s", e.JSON, part)
				}
			}
		})
	}
}
