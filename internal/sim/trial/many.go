package trial

import (
	"context"
	"runtime"
	"sync"

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

// Many runs trials, as many at once as there are processors to use, and gives their reports in the order of the specs.
// Done is told of each trial that ends, one at a time and in any order; it may be nil. The first error ends all.
func Many(ctx context.Context, specs []Spec, done func(Spec, score.Report)) ([]score.Report, error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	reports := make([]score.Report, len(specs))
	queue := make(chan int)
	var workers sync.WaitGroup
	var telling sync.Mutex
	for range min(runtime.GOMAXPROCS(0), len(specs)) {
		workers.Go(func() {
			for i := range queue {
				out, err := Run(ctx, specs[i])
				if err != nil {
					fail(err)
					continue
				}
				reports[i] = out.Report
				if done != nil {
					telling.Lock()
					done(specs[i], out.Report)
					telling.Unlock()
				}
			}
		})
	}
	for i := range specs {
		if ctx.Err() != nil {
			break
		}
		queue <- i
	}
	close(queue)
	workers.Wait()
	return reports, context.Cause(ctx)
}

// PoolOf adds reports up.
func PoolOf(reports []score.Report) *score.Pool {
	pool := &score.Pool{}
	for _, r := range reports {
		pool.Add(r)
	}
	return pool
}
