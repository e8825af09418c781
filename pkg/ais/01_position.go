package ais

// Messages 1, 2 and 3: the position report of class A (ITU-R M.1371-5, table 48).
//
//	!AIVDM,1,1,,A,15MwkRUOidG?GElEa<iQk1JV06Jd,0*6E
//
// 168 bits. Accepted from 149, the last bit that is read; longer ones (186 bits are seen) lose their surplus.
// Left out: special manoeuvre indicator, radio state.
func (r *Report) readPosition(w0, w1, w2 uint64) {
	var status, turning, moving, steering, pointing Field
	var beyond Flag
	r.begin(w0, Position, ClassA)
	r.NavStatus, status = navStatus(w0 >> 22 & 15)
	r.ROT, turning, beyond = turn(int8(w0 >> 14))
	r.SOG, moving = speed(w0 >> 4 & 0x3ff)
	r.Accuracy = bit(w0 >> 3)
	lon := int64(w0<<61|w1>>3) >> 36
	lat := int64(w1<<25) >> 37
	r.COG, steering = course(w1 & 0xfff)
	r.Heading, pointing = heading(w2 >> 55)
	r.Second = uint8(w2 >> 49 & 63)
	r.RAIM = bit(w2 >> 43)
	r.Has = HasSecond | HasAccuracy | HasRAIM | status | turning | moving | steering | pointing
	r.Flags = beyond
	r.place(lon, lat, fine)
}
