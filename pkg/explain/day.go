package explain

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/record"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// bases says what each basis counts.
var bases = map[estimate.Basis]string{
	estimate.Lifted: "loaded and carried away", estimate.Exited: "taken out of the Gulf of Oman", estimate.Discharged: "discharged",
}

// Day prints the arithmetic of a day: what each lift in the ledger brings to it, from its probability, volume and window
// down to raw sentences, what each stratum adds for lifts that are not in the ledger, and the sum, which is exact as
// printed. A day that the record does not have is an error.
func Day(w io.Writer, r *record.Record, b estimate.Basis, date time.Time) error {
	if err := r.Accounted(); err != nil {
		return fmt.Errorf("explain day: %w", err)
	}
	row, ok := r.Row(b, date)
	if !ok {
		if s, any := r.Whole(b); any {
			return fmt.Errorf("explain day %s, %s: not in the record, which has %s", date.Format(time.DateOnly), b, s)
		}
		return fmt.Errorf("explain day %s: the record has no day on the basis %q", date.Format(time.DateOnly), b)
	}
	p := &page{export.NewPrinter(w)}
	p.dayHead(r, row)
	if row.Account == nil {
		p.Printf("\nThere is no number, and so no arithmetic: no day until then was heard well enough to count anything.\n")
		return p.Err()
	}
	ships, err := r.Ships(b, record.Span{From: date, To: date})
	if err != nil {
		return err
	}
	p.dayLifts(ships)
	p.dayUnseen(row)
	p.daySum(row)
	return p.Err()
}

func (p *page) dayHead(r *record.Record, row estimate.Row) {
	if r.Summary.Synthetic {
		p.Printf("SYNTHETIC: no ship and no barrel in it is real.\n")
	}
	p.Printf("%s: barrels %s\n", row.Date.Format(time.DateOnly), bases[row.Basis])
	if row.Known {
		p.Printf("  mean         %s b/d, 90 %% between %s and %s\n", thousand(row.Day.Mean), thousand(row.Day.P05), thousand(row.Day.P95))
	} else {
		p.Printf("  mean         not known: anything from %s to %s b/d\n", thousand(row.Day.P05), thousand(row.Day.P95))
	}
	says := map[estimate.Status]string{estimate.Final: "nearly all that will be known of the day is known", estimate.Provisional: "lifts of the day may still become known",
		estimate.Blind: "too little was heard in the 28 days up to it; the number rests on what was learned on other days"}[row.Status]
	p.Printf("  status       %s: %s\n", row.Status, says)
	p.Printf("  vintage      %s UTC  (configuration %.14s…)\n", row.AsOf.UTC().Format(minute), r.Summary.Config)
	p.Printf("  feed health  %.2f; the chance that a lift of the day is in the ledger by now is %.2f\n", row.Health, row.Detection)
}

func (p *page) dayLifts(ships []record.Ship) {
	p.Printf("\nIn the ledger: probability × barrels if it is one × share of its window on the day\n")
	if len(ships) == 0 {
		p.Printf("  no lift whose window touches the day\n")
	}
	for _, s := range ships {
		part := "inferred"
		if s.Part.Direct {
			part = "seen"
		}
		product := fmt.Sprintf("%.4f × %s × %.4f", s.Part.Q, thousand(s.Part.Volume), s.Part.Share)
		p.Printf("\n  %-42s in the draws %12s bbl  %s\n", product, thousand(s.Part.Expected), part)
		if !s.Found {
			p.Printf("    %s\n", s.Part.ID)
			continue
		}
		p.dayShip(s)
	}
}

// dayShip prints who is behind a part, why, and two of the sentences.
func (p *page) dayShip(s record.Ship) {
	v, e := s.Vessel, s.Lift
	p.Printf("    %s  MMSI %s", orUnknown(v.Name), v.MMSI)
	if v.IMO != 0 {
		p.Printf("  IMO %d", v.IMO)
	}
	p.Printf("  %s %s  %s, %s\n", v.Class, v.Flag, strings.ReplaceAll(s.Details.Route, "_", " "), strings.ReplaceAll(s.Details.Fleet, "_", " "))
	if b := e.Barrels; b != nil {
		p.Printf("    if it is one: 90 %% between %s and %s barrels (log sd %.2f); window %s\n", thousand(b.P05), thousand(b.P95), s.Details.LogSD, export.Span(e.Start, e.End))
	}
	p.Printf("    %s", e.ID)
	if s.Part.ID != e.ID {
		p.Printf(" (%s)", s.Part.ID)
	}
	if len(s.Details.Because) > 0 {
		p.Printf(" rests on %s", strings.Join(s.Details.Because, ", "))
	}
	p.Printf("\n")
	readings := Readings(e)
	for i, r := range readings {
		if i != 0 && i != len(readings)-1 {
			continue
		}
		p.Printf("      %s%s, byte %d\n", r.summary(), r.Source, r.Offset)
		for line := range strings.SplitSeq(r.Raw, "\n") {
			p.Printf("        %s\n", line)
		}
	}
	p.Printf("      %d reports in all: detect explain %s\n", e.Evidence.Total, e.ID)
}

func (p *page) dayUnseen(row estimate.Row) {
	p.Printf("\nNot in the ledger, by stratum: λ lifts a day, of which π = a·h·F would be in it by now\n")
	for _, s := range row.Account.Strata {
		p.Printf("\n  %s\n    λ = %.4f, a = %.4f, h = %.4f, F = %.4f, so that π = %.4f\n", strings.ReplaceAll(s.Stratum, "_", " "), s.Rate, s.Detect, s.Health, s.Raised, s.Exposure)
		p.Printf("    λ·a·h·(1−F) = %.4f lifts%19s in the draws %12s bbl  pending\n", s.PendingLifts, "", thousand(s.Pending))
		p.Printf("    λ·(1−a·h)   = %.4f lifts%19s in the draws %12s bbl  unobserved\n", s.UnobservedLifts, "", thousand(s.Unobserved))
	}
}

func (p *page) daySum(row estimate.Row) {
	a := row.Account
	seen, inferred, pending, unobserved := a.Parts()
	p.Printf("\nSum                     exact   published, to 100\n")
	for _, line := range []struct {
		name      string
		exact, as vessel.Barrels
	}{{"seen", seen, row.Seen}, {"inferred", inferred, row.Inferred}, {"pending", pending, row.Pending}, {"unobserved", unobserved, row.Unobserved},
		{"mean", a.Total(), row.Day.Mean}} {
		p.Printf("  %-10s %16s %19s\n", line.name, thousand(line.exact), thousand(line.as))
	}
	p.Printf("\nAmounts are means over the draws; products of means come close to them, since a draw decides as a whole. The published\n" +
		"parts are rounded so that they sum to the published mean. Lifts that nobody saw carry volumes like those of lifts that were seen.\n")
}

func thousand(b vessel.Barrels) string { return export.Thousands(int64(b)) }
