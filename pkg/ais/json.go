package ais

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// The names of the closed sets, as JSON and counters show them.
var (
	kindNames     = [...]string{Other: "other", Position: "position", Static: "static"}
	sourceNames   = [...]string{"unknown", "tag", "pghp", "trailer", "stamp", "feed", "receipt", "assumed"}
	receiverNames = [...]string{"unknown", "terrestrial", "satellite", "shipborne"}
	classNames    = [...]string{"", "A", "B", "other"}
	flagNames     = [...]string{"coarse", "last_known", "downsampled", "decoded_upstream", "bad_imo", "over_long", "padded",
		"own_ship", "part_a", "part_b", "rot_beyond", "out_of_range"}
)

// String gives the name that JSON carries.
func (k Kind) String() string { return kindNames[k] }

// String gives the name that JSON carries.
func (s TimeSource) String() string { return sourceNames[s] }

// String gives the name that JSON carries.
func (r Receiver) String() string { return receiverNames[r] }

// String gives "A", "B", "other" or nothing.
func (c Class) String() string { return classNames[c] }

// AppendJSON appends the report as one JSON object without a line end. Absent values are left out; times are RFC 3339 UTC;
// lon, lat, cog, heading in degrees, sog in knots, rot in degrees a minute, draught and dimensions in metres.
func (r *Report) AppendJSON(dst []byte) []byte {
	dst = append(dst, `{"kind":"`...)
	dst = append(dst, r.Kind.String()...)
	dst = append(dst, `","mmsi":`...)
	dst = strconv.AppendUint(dst, uint64(r.MMSI), 10)
	dst = append(dst, `,"message":`...)
	dst = strconv.AppendUint(dst, uint64(r.Message), 10)
	dst = r.appendCircumstances(dst)
	dst = r.appendPosition(dst)
	dst = r.appendStatic(dst)
	if r.Flags != 0 {
		dst = append(dst, `,"flags":[`...)
		first := true
		for i, name := range flagNames {
			if r.Flags&(1<<i) != 0 {
				if !first {
					dst = append(dst, ',')
				}
				first = false
				dst = strconv.AppendQuote(dst, name)
			}
		}
		dst = append(dst, ']')
	}
	if len(r.Raw) > 0 {
		dst = appendText(dst, "raw", string(r.Raw))
	}
	return append(dst, '}')
}

func (r *Report) appendCircumstances(dst []byte) []byte {
	if r.Time != 0 {
		dst = append(dst, `,"event_time":"`...)
		dst = r.Time.Time().AppendFormat(dst, "2006-01-02T15:04:05.000Z07:00")
		dst = append(dst, `","time_source":"`...)
		dst = append(dst, r.TimeSource.String()...)
		dst = append(dst, '"')
	}
	if r.Received != 0 {
		dst = append(dst, `,"received":"`...)
		dst = r.Received.Time().AppendFormat(dst, time.RFC3339Nano)
		dst = append(dst, '"')
	}
	dst = appendText(dst, "source", r.Source)
	dst = appendText(dst, "station", r.Station.String())
	if r.Receiver != ReceiverUnknown {
		dst = appendText(dst, "receiver", r.Receiver.String())
	}
	dst = appendText(dst, "class", r.Class.String())
	if r.Channel != 0 {
		dst = appendText(dst, "channel", string(rune(r.Channel)))
	}
	if r.Late {
		dst = append(dst, `,"late":true`...)
	}
	dst = appendNumber(dst, "offset", float64(r.Offset), 0)
	dst = append(dst, `,"hash":"`...)
	dst = strconv.AppendUint(dst, r.Hash, 16)
	return append(dst, '"')
}

func (r *Report) appendPosition(dst []byte) []byte {
	if r.Carries(HasPosition) {
		dst = appendNumber(dst, "lon", r.Position[0], 6)
		dst = appendNumber(dst, "lat", r.Position[1], 6)
	}
	numbers := [...]struct {
		has    Field
		name   string
		value  float64
		digits int
	}{
		{HasSOG, "sog", float64(r.SOG), 1},
		{HasCOG, "cog", float64(r.COG), 1},
		{HasHeading, "heading", float64(r.Heading), 0},
		{HasROT, "rot", r.ROT, 1},
		{HasAltitude, "altitude", float64(r.Altitude), 0},
		{HasNavStatus, "nav_status", float64(r.NavStatus), 0},
		{HasSecond, "second", float64(r.Second), 0},
	}
	for _, n := range numbers {
		if r.Carries(n.has) {
			dst = appendNumber(dst, n.name, n.value, n.digits)
		}
	}
	if r.Carries(HasAccuracy) {
		dst = strconv.AppendBool(append(dst, `,"accuracy":`...), r.Accuracy)
	}
	if r.Carries(HasRAIM) {
		dst = strconv.AppendBool(append(dst, `,"raim":`...), r.RAIM)
	}
	if r.Carries(HasClock) {
		dst = append(dst, `,"clock":"`...)
		dst = append(r.Clock.Time().AppendFormat(dst, time.RFC3339), '"')
	}
	return dst
}

func (r *Report) appendStatic(dst []byte) []byte {
	if r.Carries(HasIMO) {
		dst = appendNumber(dst, "imo", float64(r.IMO), 0)
	}
	if r.Carries(HasName) {
		dst = appendText(dst, "name", r.Name.String())
	}
	if r.Carries(HasCallSign) {
		dst = appendText(dst, "callsign", r.CallSign.String())
	}
	if r.Carries(HasShipType) {
		dst = appendNumber(dst, "ship_type", float64(r.ShipType), 0)
	}
	if r.Carries(HasDimensions) {
		d := r.Dimensions
		dst = append(dst, `,"dim":{"bow":`...)
		dst = strconv.AppendUint(dst, uint64(d.Bow), 10)
		dst = appendNumber(dst, "stern", float64(d.Stern), 0)
		dst = appendNumber(dst, "port", float64(d.Port), 0)
		dst = append(appendNumber(dst, "starboard", float64(d.Starboard), 0), '}')
	}
	if r.Carries(HasDraught) {
		dst = appendNumber(dst, "draught", float64(r.Draught), 1)
	}
	if r.Carries(HasDestination) {
		dst = appendText(dst, "destination", r.Destination.String())
	}
	if r.Carries(HasETA) {
		dst = append(dst, `,"eta":{"month":`...)
		dst = strconv.AppendUint(dst, uint64(r.ETA.Month), 10)
		dst = appendNumber(dst, "day", float64(r.ETA.Day), 0)
		dst = appendNumber(dst, "hour", float64(r.ETA.Hour), 0)
		dst = append(appendNumber(dst, "minute", float64(r.ETA.Minute), 0), '}')
	}
	return dst
}

func appendNumber(dst []byte, name string, v float64, digits int) []byte {
	dst = append(append(append(dst, ',', '"'), name...), '"', ':')
	return strconv.AppendFloat(dst, v, 'f', digits, 64)
}

// appendText leaves an empty text out. Raw bytes from the radio may be no UTF-8: they are replaced, as JSON demands.
func appendText(dst []byte, name, v string) []byte {
	if v == "" {
		return dst
	}
	dst = append(append(append(dst, ',', '"'), name...), '"', ':')
	quoted, err := json.Marshal(strings.ToValidUTF8(v, "�"))
	if err != nil {
		return append(dst, `""`...)
	}
	return append(dst, quoted...)
}
