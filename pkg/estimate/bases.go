package estimate

import (
	"time"

	"github.com/darkwake/darkwake/pkg/cargo"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Basis is what a series counts.
type Basis string

// The bases. Lifted counts cargoes by the day they were loaded: the headline. Exited counts them by the day on which they
// left the Gulf of Oman, discharged by the day on which they were unloaded. Each has chances and delays of its own.
const (
	Lifted     Basis = "lifted"
	Exited     Basis = "exited"
	Discharged Basis = "discharged"
)

// Discharge is the end of a lot, or of a part of one.
type Discharge struct {
	LotID   string
	Time    time.Time // when it was over
	Barrels vessel.Barrels
	Q       float64   // probability that it took place, with cargo of a sanctioned source
	Raised  time.Time // when it first counted; zero: not known
}

// dischargeLogSD is the error of a discharge's barrels beside the shared one: that of a laden ship's own, since it is
// her cargo that is unloaded.
const dischargeLogSD = 0.09

// Others makes the rows of one vintage on the bases other than the headline's, one basis after the other. Discharged has
// none while Input.Discharges is nil.
func (e *Estimator) Others(in Input) []Row {
	lifts := distinct(in.Lifts)
	exits := in
	exits.Lifts, exits.Halted = exitsOf(lifts), nil // what is at sea goes on
	seen, all := seenOf(lifts, in.AsOf, func(l cargo.Lift) bool { return l.Exited != nil })
	rows := e.basis(Exited, e.o.ExitSeen+seen, e.o.ExitAll+all).Days(exits)
	if in.Discharges == nil {
		return rows
	}
	ended := map[string]bool{}
	for _, d := range in.Discharges {
		ended[d.LotID] = true
	}
	ends := in
	ends.Lifts, ends.Halted = endsOf(in.Discharges, lifts), nil
	seen, all = seenOf(lifts, in.AsOf.Add(-matured), func(l cargo.Lift) bool { return ended[l.ID] }) // a voyage later
	return append(rows, e.basis(Discharged, e.o.EndSeen+seen, e.o.EndAll+all).Days(ends)...)
}

// basis is the estimator of another basis. Its chance a is that of the lift being found, times that of its exit or
// discharge being seen: Beta(seen, all − seen). The product is taken as the Beta with the same mean and variance.
func (e *Estimator) basis(b Basis, seen, all float64) *Estimator {
	sub := e.others[b]
	if sub == nil {
		sub = New(e.o)
		sub.counts = b
		e.others[b] = sub
	}
	square := func(a, b float64) float64 { return a * (a + 1) / ((a + b) * (a + b + 1)) }
	missed := max(all-seen, 0.01)
	mean := e.o.DetectA / (e.o.DetectA + e.o.DetectB) * seen / (seen + missed)
	variance := float64(square(e.o.DetectA, e.o.DetectB)*square(seen, missed)) - float64(mean*mean)
	size := mean*(1-mean)/variance - 1
	sub.o.DetectA, sub.o.DetectB = mean*size, (1-mean)*size
	return sub
}

// exitsOf turns lifts into their exits. A lift keeps its id and so its volume in every draw.
func exitsOf(lifts []cargo.Lift) []cargo.Lift {
	var out []cargo.Lift
	for _, l := range lifts {
		if l.Exited == nil {
			continue
		}
		l.Start, l.End = *l.Exited, *l.Exited
		l.Direct, l.Triangular = true, false
		l.Origin, l.Far = time.Time{}, time.Time{}
		if l.Raised.Before(l.Start) {
			l.Raised = l.Start
		}
		out = append(out, l)
	}
	return out
}

// endsOf turns discharges into what the model counts, in the stratum of their lifts where those are known. Parts of a lot
// that are unloaded at one time are told apart by their order.
func endsOf(all []Discharge, lifts []cargo.Lift) []cargo.Lift {
	of := map[string]cargo.Lift{}
	for _, l := range lifts {
		of[l.ID] = l
	}
	parts := map[string]int{}
	var out []cargo.Lift
	for _, d := range all {
		from, known := of[d.LotID]
		if !known {
			from.Fleet = cargo.FleetOther
		}
		id := d.LotID + " discharged " + d.Time.UTC().Format(time.RFC3339)
		parts[id]++
		for range parts[id] - 1 {
			id += "+"
		}
		out = append(out, cargo.Lift{ID: id, MMSI: from.MMSI, Q: d.Q, Start: d.Time, End: d.Time, Direct: true, Barrels: d.Barrels, LogSD: dischargeLogSD,
			Cap: d.Barrels + d.Barrels/4, Fleet: from.Fleet, Outside: from.Outside, Raised: d.Raised})
	}
	return out
}
