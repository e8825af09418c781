package ais

// Message 18: position report of class B (ITU-R M.1371-5, table 67).
//
//	!AIVDM,1,1,,A,B52K>;h00Fc>jpUlNV@ikwpUoP06,0*4C
//
// 168 bits, accepted from 148. Left out: equipment flags, assigned mode, radio state.
func (r *Report) readClassB(w0, w1, w2 uint64) {
	r.begin(w0, Position, ClassB)
	r.moveB(w0, w1, w2)
	r.RAIM = bit(w2 >> 44)
	r.Has |= HasRAIM
}

// moveB reads what messages 18 and 19 share: bits 46 to 138.
func (r *Report) moveB(w0, w1, w2 uint64) {
	var moving, steering, pointing Field
	r.SOG, moving = speed(w0 >> 8 & 0x3ff)
	r.Accuracy = bit(w0 >> 7)
	lon := int64(w0<<57|w1>>7) >> 36
	lat := int64(w1<<21) >> 37
	r.COG, steering = course(w1 >> 4 & 0xfff)
	r.Heading, pointing = heading(w1<<5&0x1ff | w2>>59)
	r.Second = uint8(w2 >> 53 & 63)
	r.Has = HasSecond | HasAccuracy | moving | steering | pointing
	r.place(lon, lat, fine)
}

// Message 19: extended position report of class B (ITU-R M.1371-5, table 68), position and static data in one.
//
//	!AIVDM,1,1,,A,C3m=TP00EhwIWP3Uri3Awwo8VF2Te0`:L8:T00000000B0D:R220,0*43
//
// 312 bits, accepted from 301, through the dimensions. Left out: type of positioning device, data terminal,
// assigned mode.
func (r *Report) readExtendedClassB(m *message) Reason {
	if m.bits < leastExtended {
		return Truncated
	}
	r.begin(m.w[0], Position, ClassB)
	r.moveB(m.w[0], m.w[1], m.w[2])
	r.text(m, 143, 20, &r.Name, HasName)
	r.shipType(m.take(263, 8))
	r.size(m.take(271, 30))
	if m.bits > 305 {
		r.RAIM = bit(m.take(305, 1))
		r.Has |= HasRAIM
	}
	r.markLength(m.bits, extendedBits)
	m.w[4] &^= 1<<(320-extendedBits) - 1
	r.Hash = m.hash(5)
	return NoReason
}
