package ais

// Message 24: static data of class B in two halves (ITU-R M.1371-5, tables 94 and 95) that arrive apart.
//
//	!AIVDM,1,1,,A,H42O55i18tMET00000000000000,2*6D    part A: name
//	!AIVDM,1,1,,A,H42O55lti4hhhilD3nink000?050,0*40   part B: type, call sign, dimensions
//
// Part A has 160 bits and often 168, accepted from 158; part B 168, accepted from 162. Other part numbers
// are not defined: their messages are known by type and MMSI only.
// Left out: vendor, type of positioning device, the mother ship's MMSI.
func (r *Report) readStaticB(m *message) Reason {
	if m.bits < 40 {
		return Truncated
	}
	switch part := m.take(38, 2); {
	case part == 0 && m.bits >= leastPartA:
		r.begin(m.w[0], Static, ClassB)
		r.Flags = PartA
		r.text(m, 40, 20, &r.Name, HasName)
		if m.bits > slotBits {
			r.Flags |= OverLong
		}
		if m.bits < partABits {
			r.Flags |= Padded
		}
		m.w[2] &^= 1<<(192-partABits) - 1
	case part == 1 && m.bits >= leastPartB:
		r.readPartB(m)
		r.markLength(m.bits, slotBits)
		m.w[2] &^= 1<<(192-slotBits) - 1
	case part > 1:
		r.readOther(m)
		return NoReason
	default:
		return Truncated
	}
	r.Hash = hashSlot(m.w[0], m.w[1], m.w[2])
	return NoReason
}

// readPartB reads the second half. A craft of a parent ship (MMSI 98…) sends that ship's MMSI in the place of
// its dimensions.
func (r *Report) readPartB(m *message) {
	r.begin(m.w[0], Static, ClassB)
	r.Flags = PartB
	r.shipType(m.take(40, 8))
	r.text(m, 90, 7, &r.CallSign, HasCallSign)
	if r.MMSI/10_000_000 != 98 {
		r.size(m.take(132, 30))
	}
}
