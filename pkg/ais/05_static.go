package ais

import "github.com/darkwake/darkwake/pkg/geo"

// Message 5: static and voyage data of class A (ITU-R M.1371-5, table 52), usually in two sentences.
//
//	!AIVDM,2,1,1,A,55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp8,0*1C
//	!AIVDM,2,2,1,A,88888888880,2*25
//
// 424 bits. Real encoders send 420, 422 or 426: accepted from 420 and padded with zeros.
// Left out: AIS version, type of positioning device, data terminal.
func (r *Report) readStatic(m *message) Reason {
	if m.bits < leastStatic {
		return Truncated
	}
	r.begin(m.w[0], Static, ClassA)
	r.hull(IMO(m.take(40, 30)))
	r.text(m, 70, 7, &r.CallSign, HasCallSign)
	r.text(m, 112, 20, &r.Name, HasName)
	r.shipType(m.take(232, 8))
	r.size(m.take(240, 30))
	r.arrival(m.take(274, 20))
	if draught := m.take(294, 8); draught != 0 {
		r.Draught = geo.Metres(float64(draught) / 10)
		r.Has |= HasDraught
	}
	r.text(m, 302, 20, &r.Destination, HasDestination)
	r.markLength(m.bits, staticBits)
	m.w[6] &^= 1<<(448-staticBits) - 1
	r.Hash = m.hash(7)
	return NoReason
}

// hull sets the IMO number; 0 is "not available". A number that fails its check digit stays, with a flag:
// it may be a flag state's own number, and a false one is evidence.
func (r *Report) hull(n IMO) {
	if n == 0 {
		return
	}
	r.IMO = n
	r.Has |= HasIMO
	if !n.Valid() {
		r.Flags |= BadIMO
	}
}

// arrival sets the ETA from its 20 bits: month 4, day 5, hour 5, minute 6. Values outside the calendar and the
// clock become the "not available" of their part; without month and day there is no ETA.
func (r *Report) arrival(raw uint64) {
	e := ETA{Month: uint8(raw >> 16), Day: uint8(raw >> 11 & 31), Hour: uint8(min(raw>>6&31, 24)), Minute: uint8(min(raw&63, 60))}
	if e.Month > 12 {
		e.Month = 0
	}
	if e.Month|e.Day != 0 {
		r.ETA = e
		r.Has |= HasETA
	}
}
