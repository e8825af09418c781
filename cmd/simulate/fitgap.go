package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/darkwake/darkwake/internal/sim/fit"
	"github.com/darkwake/darkwake/pkg/detect/gap"
)

// gap fits the weights that correct the competing rates of silences.
func (o *fitOptions) gap(ctx context.Context, paths []string, train, test seedRange, stdout, stderr io.Writer) error {
	known, err := casesOf(ctx, o, paths, train, stderr, fit.Silences)
	if err != nil {
		return err
	}
	unseen, err := casesOf(ctx, o, paths, test, stderr, fit.Silences)
	if err != nil {
		return err
	}
	weights := gap.DefaultWeights()
	before := make([]fit.Weight, 0, len(weights.Terms))
	for _, t := range weights.Terms {
		before = append(before, fit.Weight{Finding: t.Finding, Sign: t.Sign, Prior: t.Prior, Weight: t.Weight})
	}
	o.ridge = fit.ChooseRidge(before, known, o.ridges)
	after := fit.Logistic(before, known, o.ridge)
	weights.Note = o.note("gap", paths, len(known))
	for i, w := range after {
		weights.Terms[i].Weight = w.Weight
	}
	if o.out != "" {
		if err := create(o.out, func(w io.Writer) error { return writeGapWeights(w, weights) }); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(stdout, "fitted on %d cases: loss %.4f, was %.4f\ntested on %d cases: loss %.4f, was %.4f\n",
		len(known), fit.LogLoss(after, known), fit.LogLoss(before, known), len(unseen), fit.LogLoss(after, unseen), fit.LogLoss(before, unseen))
	return err
}

// writeGapWeights writes one term a line, so that two fits can be compared.
func writeGapWeights(w io.Writer, weights gap.Weights) error {
	note, err := json.Marshal(weights.Note)
	if err != nil {
		return fmt.Errorf("write weights: %w", err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "{\n  \"note\": %s,\n  \"terms\": [", note)
	comma := "\n"
	for _, t := range weights.Terms {
		fmt.Fprintf(&b, "%s    {\"finding\": %q, \"sign\": %d, \"prior\": %v, \"weight\": %v}", comma, t.Finding, t.Sign, t.Prior, t.Weight)
		comma = ",\n"
	}
	b.WriteString("\n  ]\n}\n")
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write weights: %w", err)
	}
	return nil
}
