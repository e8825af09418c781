package ais

import "github.com/darkwake/darkwake/pkg/geo"

// Message 9: position of an aircraft in search and rescue (ITU-R M.1371-5, table 57).
//
//	!AIVDM,1,1,,A,91b6WWA;j>3uVN0>Gc462Ch20000,0*09
//
// 168 bits, accepted from 148. Speed is in whole knots here. Left out: altitude sensor (M.1371-6), data
// terminal, assigned mode, radio state.
func (r *Report) readAircraft(w0, w1, w2 uint64) {
	var steering Field
	r.begin(w0, Position, ClassOther)
	lon := int64(w0<<61|w1>>3) >> 36
	lat := int64(w1<<25) >> 37
	r.COG, steering = course(w1 & 0xfff)
	r.Second = uint8(w2 >> 58)
	r.RAIM = bit(w2 >> 44)
	r.Has = HasSecond | HasAccuracy | HasRAIM | steering
	r.place(lon, lat, fine)
	if altitude := w0 >> 14 & 0xfff; altitude != 4095 {
		r.Altitude = geo.Metres(altitude) // 4094 means 4094 m or higher
		r.Has |= HasAltitude
	}
	if speed := w0 >> 4 & 0x3ff; speed != 1023 {
		r.SOG = geo.Knots(speed)
		r.Has |= HasSOG
	}
	r.Accuracy = bit(w0 >> 3)
}
