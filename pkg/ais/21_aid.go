package ais

// Message 21: aid to navigation (ITU-R M.1371-5, table 70).
//
//	!AIVDM,1,1,,B,E>jHC7C9b@57T79h8:@64ST:47bwk2wB?PrQ@30HHKv>84i@,0*4E
//
// 272 bits, and up to 14 characters more that continue the name; with the bits that fill the last byte 360.
// Accepted from 249, through the dimensions. ShipType stays absent: the type of an aid is another code.
// Left out: type of aid, type of positioning device, off position, virtual aid, assigned mode.
func (r *Report) readAid(m *message) Reason {
	if m.bits < leastAid {
		return Truncated
	}
	r.begin(m.w[0], Position, ClassOther)
	r.Has = HasAccuracy
	r.aidName(m, min((m.bits-aidBits)/6, 14))
	r.Accuracy = bit(m.take(163, 1))
	r.place(signed(m.take(164, 28), 28), signed(m.take(192, 27), 27), fine)
	r.size(m.take(219, 30))
	if m.bits >= 259 {
		r.Second = uint8(m.take(253, 6))
		r.Has |= HasSecond
	}
	if m.bits > 268 {
		r.RAIM = bit(m.take(268, 1))
		r.Has |= HasRAIM
	}
	if m.bits > longestAid {
		r.Flags |= OverLong
	}
	if m.bits < aidBits {
		r.Flags |= Padded
	}
	m.w[5] &^= 1<<(384-longestAid) - 1
	r.Hash = m.hash(6)
	return NoReason
}

// aidName joins the name and its extension. The extension is used only when the name is full, so one that
// follows an '@' is not read.
func (r *Report) aidName(m *message, extra int) {
	const name, extension = 43, 272
	var l letters
	l.put(0, m.take(name, 48))
	l.put(1, m.take(name+48, 48))
	l.put(2, m.take(name+96, 24)<<24|m.take(extension, 24))
	l.put(3, m.take(extension+24, 48))
	l.put(4, m.take(extension+72, 48))
	if l.settle(&r.Name, uint(20+max(extra, 0))) {
		r.Has |= HasName
	}
}
