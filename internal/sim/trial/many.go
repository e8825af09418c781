package trial

import (
	"context"
	"runtime"
	"sync"

	"github.com/darkwake/darkwake/internal/sim/headline"
	"github.com/darkwake/darkwake/internal/sim/score"
)

// Seeds are some specs that differ in their seeds only, which count up from the first.
func Seeds(spec Spec, first uint64, n int) []Spec {
	specs := make([]Spec, n)
	for i := range specs {
		specs[i] = spec
		specs[i].Seed = first + uint64(i)
	}
	return specs
}

// Scores are what a trial comes to.
type Scores struct {
	Report  score.Report
	Ceiling *score.Report // nil where none was asked for
	Number  *headline.Run // the same
}

// Many runs trials, some at once or, of zero, as many as there are processors to use, and gives their scores in the order of the specs.
// Done is told of each trial that ends, one at a time and in any order; it may be nil. The first error ends all.
func Many(ctx context.Context, specs []Spec, jobs int, done func(Spec, score.Report)) ([]Scores, error) {
	scores := make([]Scores, len(specs))
	var telling sync.Mutex
	err := Each(ctx, len(specs), jobs, func(ctx context.Context, i int) error {
		out, err := Run(ctx, specs[i])
		if err != nil {
			return err
		}
		scores[i] = Scores{out.Report, out.Ceiling, out.Number}
		if done != nil {
			telling.Lock()
			defer telling.Unlock()
			done(specs[i], out.Report)
		}
		return nil
	})
	return scores, err
}

// Each does so many things, some at once or, of zero, as many as there are processors to use. The first error ends all and is
// returned.
func Each(ctx context.Context, n, jobs int, do func(ctx context.Context, i int) error) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	queue := make(chan int)
	var workers sync.WaitGroup
	if jobs < 1 {
		jobs = runtime.GOMAXPROCS(0)
	}
	for range min(jobs, n) {
		workers.Go(func() {
			for i := range queue {
				if err := do(ctx, i); err != nil {
					fail(err)
				}
			}
		})
	}
	for i := range n {
		if ctx.Err() != nil {
			break
		}
		queue <- i
	}
	close(queue)
	workers.Wait()
	return context.Cause(ctx)
}

// Pool adds scores up. The ceiling is nil where none was asked for.
func Pool(scores []Scores) (pool, ceiling *score.Pool) {
	pool = &score.Pool{}
	for _, s := range scores {
		pool.Add(s.Report)
		if s.Ceiling == nil {
			continue
		}
		if ceiling == nil {
			ceiling = &score.Pool{}
		}
		ceiling.Add(*s.Ceiling)
	}
	return pool, ceiling
}

// Numbers are the scores of the daily estimate, of those worlds that have one.
func Numbers(name string, scores []Scores) headline.Set {
	set := headline.Set{Name: name}
	for _, s := range scores {
		if s.Number != nil {
			set.Runs = append(set.Runs, *s.Number)
		}
	}
	return set
}
