package ais

import "github.com/darkwake/darkwake/pkg/geo"

// Message 27: long-range position report, meant for satellites (ITU-R M.1371-5, table 98).
//
//	!SAVDM,1,1,,B,K8VSqb9LdU28WP8<,0*17
//
// 96 bits, accepted from 94. Position in 1/10 minute (185 m), speed in knots, course in degrees, each with a
// "not available" of its own: 181°, 91°, 63, 511. Left out: the latency bit.
func (r *Report) readLongRange(m *message) Reason {
	if m.bits < leastLongRange {
		return Truncated
	}
	r.begin(m.w[0], Position, ClassA)
	r.Has, r.Flags = HasAccuracy|HasRAIM, Coarse
	r.Accuracy = bit(m.take(38, 1))
	r.RAIM = bit(m.take(39, 1))
	var status Field
	r.NavStatus, status = navStatus(m.take(40, 4))
	r.Has |= status
	r.place(signed(m.take(44, 18), 18), signed(m.take(62, 17), 17), coarse)
	if speed := m.take(79, 6); speed != 63 {
		r.SOG = geo.Knots(speed)
		r.Has |= HasSOG
	}
	if course := m.take(85, 9); course < 360 {
		r.COG = geo.Degrees(course)
		r.Has |= HasCOG
	}
	r.markLength(m.bits, longRangeBits)
	r.Hash = hashSlot(m.w[0], m.w[1]&^(1<<(128-longRangeBits)-1), 0)
	return NoReason
}
