package estimate

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/darkwake/darkwake/pkg/vessel"
)

// Account is how the mean of one row came about, in whole barrels that add up: what each lift in the ledger brings to
// the day, and what each stratum adds for lifts that are not in the ledger. All are means over the draws.
type Account struct {
	Lifts  []Counted `json:"lifts"`  // by stratum, then id
	Strata []Unseen  `json:"strata"` // in their order
}

// Counted is a lift's part in a day. Expected is about Q · Volume · Share; the draws differ from the product by chance.
type Counted struct {
	ID       string         `json:"id"` // of the lift; of a discharge the lot's and the time
	Stratum  string         `json:"stratum"`
	Direct   bool           `json:"direct"` // it counts as seen, else as inferred
	Q        float64        `json:"q"`
	Share    float64        `json:"share"`      // of its window on this day
	Volume   vessel.Barrels `json:"volume_bbl"` // mean over the draws, if it is one
	Expected vessel.Barrels `json:"expected_bbl"`
}

// Unseen is what a stratum adds to a day: λ·(1 − a·h·F) lifts, of which λ·a·h·(1−F) will yet be raised and λ·(1 − a·h)
// never. Detect is the mean of a weighted by the rate, so that the products are those of the means.
type Unseen struct {
	Stratum         string         `json:"stratum"`
	Rate            float64        `json:"lifts_per_day"` // λ
	Detect          float64        `json:"a"`
	Health          float64        `json:"h"`
	Raised          float64        `json:"f"` // F
	Exposure        float64        `json:"pi"`
	PendingLifts    float64        `json:"pending_lifts"`
	UnobservedLifts float64        `json:"unobserved_lifts"`
	Pending         vessel.Barrels `json:"pending_bbl"`
	Unobserved      vessel.Barrels `json:"unobserved_bbl"`
}

// Total is the day's mean before it is rounded: the sum of everything in the account.
func (a *Account) Total() vessel.Barrels {
	seen, inferred, pending, unobserved := a.Parts()
	return seen + inferred + pending + unobserved
}

// Parts sums the account by the parts of a row, before these are rounded.
func (a *Account) Parts() (seen, inferred, pending, unobserved vessel.Barrels) {
	for _, l := range a.Lifts {
		if l.Direct {
			seen += l.Expected
		} else {
			inferred += l.Expected
		}
	}
	for _, s := range a.Strata {
		pending, unobserved = pending+s.Pending, unobserved+s.Unobserved
	}
	return seen, inferred, pending, unobserved
}

// working is an account in the making, with barrels that are not whole.
type working struct {
	Account
	lifts               []float64 // by lift
	pending, unobserved []float64 // by stratum
}

// lift takes in what a lift brings.
func (w *working) lift(c Counted, barrels float64) {
	w.Lifts, w.lifts = append(w.Lifts, c), append(w.lifts, barrels)
}

// stratum takes in what a stratum adds.
func (w *working) stratum(u Unseen, pending, unobserved float64) {
	w.Strata, w.pending, w.unobserved = append(w.Strata, u), append(w.pending, pending), append(w.unobserved, unobserved)
}

// close makes all barrels whole, so that they sum to the rounded total.
func (w *working) close() *Account {
	all := slices.Concat(w.lifts, w.pending, w.unobserved)
	sum := 0.0
	for _, x := range all {
		sum += x
	}
	whole := split(int64(math.Round(sum)), all)
	n, s := len(w.lifts), len(w.Strata)
	for i := range w.Lifts {
		w.Lifts[i].Expected = vessel.Barrels(whole[i])
	}
	for i := range w.Strata {
		w.Strata[i].Pending, w.Strata[i].Unobserved = vessel.Barrels(whole[n+i]), vessel.Barrels(whole[n+s+i])
	}
	return &w.Account
}

// split divides whole units in the proportion of the parts: largest remainder, earlier parts first on a tie. The parts
// are not negative; units that no part can bear go to the last.
func split(units int64, parts []float64) []int64 {
	whole, rest := make([]int64, len(parts)), make([]float64, len(parts))
	sum, left := 0.0, units
	for _, p := range parts {
		sum += p
	}
	if len(parts) == 0 {
		return whole
	}
	if sum <= 0 {
		whole[len(whole)-1] = units
		return whole
	}
	for i, p := range parts {
		exact := p / sum * float64(units)
		whole[i] = int64(math.Floor(exact))
		rest[i] = exact - math.Floor(exact)
		left -= whole[i]
	}
	for ; left > 0; left-- {
		most := 0
		for i := range rest {
			if rest[i] > rest[most] {
				most = i
			}
		}
		whole[most]++
		rest[most] = -1
	}
	return whole
}

// unseen tells a stratum's part in a day by its means.
func (m *model) unseen(g *group, f *fitted, t int) Unseen {
	h, raised, detect := m.health[t], g.raised[t], 0.0
	if f.mean > 0 {
		detect = f.meanDetected / f.mean
	}
	return Unseen{Stratum: g.name, Rate: f.mean, Detect: detect, Health: h, Raised: raised, Exposure: float64(detect*h) * raised,
		PendingLifts: float64(h*(1-raised)) * f.meanDetected, UnobservedLifts: f.mean - float64(h*f.meanDetected)}
}

// counted tells a lift's part in a day.
func (m *model) counted(g *group, i int, part float64) Counted {
	l := m.in.Lifts[g.lifts[i]]
	return Counted{ID: l.ID, Stratum: g.name, Direct: l.Direct, Q: l.Q, Share: part, Volume: vessel.Barrels(math.Round(g.drawn[i].volume))}
}

// AccountSchema names the JSON layout of an account with its row.
const AccountSchema = "darkwake.account/v1"

// account is a row with its account, as a line of accounts.jsonl.
type account struct {
	Schema string    `json:"schema"`
	Date   string    `json:"date"`
	Basis  Basis     `json:"basis"`
	AsOf   time.Time `json:"as_of"`
	Account
}

// MarshalAccount writes a row's account as one line of JSON without its end. A row without a number or without an account
// has none.
func (r Row) MarshalAccount() (line []byte, ok bool, err error) {
	if r.Account == nil || !r.Known {
		return nil, false, nil
	}
	a := Account{Lifts: append([]Counted{}, r.Account.Lifts...), Strata: append([]Unseen{}, r.Account.Strata...)}
	for i := range a.Lifts {
		a.Lifts[i].Q, a.Lifts[i].Share = fourth(a.Lifts[i].Q), fourth(a.Lifts[i].Share)
	}
	for i := range a.Strata {
		for _, x := range []*float64{&a.Strata[i].Rate, &a.Strata[i].Detect, &a.Strata[i].Health, &a.Strata[i].Raised,
			&a.Strata[i].Exposure, &a.Strata[i].PendingLifts, &a.Strata[i].UnobservedLifts} {
			*x = fourth(*x)
		}
	}
	line, err = json.Marshal(account{AccountSchema, r.Date.Format(time.DateOnly), r.Basis, r.AsOf.UTC(), a})
	return line, err == nil, err
}

// UnmarshalAccount reads a line of accounts.jsonl: a row with date, basis, vintage and account, and nothing else. Amounts
// out of their range are an error, so that sums hold.
func UnmarshalAccount(line []byte) (Row, error) {
	var a account
	if err := json.Unmarshal(line, &a); err != nil {
		return Row{}, fmt.Errorf("read account: %w", err)
	}
	day, err := time.Parse(time.DateOnly, a.Date)
	if err != nil || a.Schema != AccountSchema {
		return Row{}, fmt.Errorf("read account of %q, schema %q: a day and %s expected", a.Date, a.Schema, AccountSchema)
	}
	for _, l := range a.Lifts {
		if l.ID == "" || !within(0, 1, l.Q, l.Share) || !within(0, mostRead, float64(l.Volume), float64(l.Expected)) {
			return Row{}, fmt.Errorf("read account of %s: lift %q: out of range", a.Date, l.ID)
		}
	}
	for _, s := range a.Strata {
		if !within(0, 1, s.Detect, s.Health, s.Raised, s.Exposure) || !within(0, mostRead, s.Rate, s.PendingLifts, s.UnobservedLifts, float64(s.Pending), float64(s.Unobserved)) {
			return Row{}, fmt.Errorf("read account of %s: stratum %q: out of range", a.Date, s.Stratum)
		}
	}
	return Row{Date: day, Basis: a.Basis, Known: true, AsOf: a.AsOf, Account: &a.Account}, nil
}

// mostRead bounds what is read back: a thousand million barrels are ten days of the whole world's use.
const mostRead = 1e9

// within tells whether all numbers lie between two, ends included; not-a-number does not.
func within(low, high float64, all ...float64) bool {
	for _, x := range all {
		if !(x >= low && x <= high) {
			return false
		}
	}
	return true
}

// fourth rounds to four decimals, as everything else in the files.
func fourth(x float64) float64 {
	y, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'f', 4, 64), 64) // its own output
	return y + 0
}
