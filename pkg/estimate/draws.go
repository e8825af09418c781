package estimate

import (
	"math"
	"strconv"

	"github.com/darkwake/darkwake/pkg/cargo"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// drawn is a lift in every draw: whether it is one, and its barrels, whole.
type drawn struct {
	of      facts
	exists  []bool
	barrels []float64
	sum     float64 // of barrels where it exists
	volume  float64 // mean of barrels, whether it exists or not
}

// facts are what a lift's draws depend on.
type facts struct {
	q, sd        float64
	median, most vessel.Barrels
}

func factsOf(l cargo.Lift) facts { return facts{l.Q, l.LogSD, l.Barrels, l.Cap} }

// The purposes of random numbers: part of each key.
const (
	forExistence = iota
	forVolume
	forDetection
	forRate
)

// drawLift draws a lift. Scale holds the error that all ships share, one factor a draw.
func drawLift(l cargo.Lift, scale []float64) *drawn {
	d := &drawn{of: factsOf(l), exists: make([]bool, len(scale)), barrels: make([]float64, len(scale))}
	k := key(l.ID)
	for i, shared := range scale {
		be, volume := at(k, i, forExistence), at(k, i, forVolume)
		d.exists[i] = be.uniform() < l.Q
		v := float64(l.Barrels) * math.Exp(float64(l.LogSD*volume.normal())) * shared
		d.barrels[i] = math.Round(min(v, float64(l.Cap)))
		if d.exists[i] {
			d.sum += d.barrels[i]
		}
		d.volume += d.barrels[i]
	}
	d.volume /= float64(len(scale))
	return d
}

// drawScale draws the shared error of all volumes.
func drawScale(n int) []float64 {
	scale, k := make([]float64, n), key("scale")
	for i := range scale {
		s := at(k, i, forVolume)
		scale[i] = math.Exp(float64(vessel.ScaleLogSD * s.normal()))
	}
	return scale
}

// parcels stand for the volume of a lift when none has been seen: 91 % of the volume goes on VLCCs
// (shippingandreceiving.bar, 2025-04), which with standard parcels of 2.0, 1.0 and 0.65 Mb is 82 % of the ships; the
// rest is divided by guess.
var parcels = [...]struct {
	name    string
	barrels vessel.Barrels
	weight  float64
}{{"parcel VLCC", 2_000_000, 0.82}, {"parcel Suezmax", 1_000_000, 0.13}, {"parcel Aframax", 650_000, 0.05}}

// parcelWeight is how many lifts the parcels count for beside those seen: as many as the prior of the rate.
const parcelWeight = 0.5

// drawParcels draws the standard parcels as if they were lifts.
func drawParcels(scale []float64) []*drawn {
	var out []*drawn
	for _, p := range parcels {
		out = append(out, drawLift(cargo.Lift{ID: p.name, Q: 1, Barrels: p.barrels, LogSD: 0.15, Cap: p.barrels * 5 / 4}, scale))
	}
	return out
}

// meanParcel is their mean in barrels.
func meanParcel() float64 {
	sum := 0.0
	for _, p := range parcels {
		sum += float64(p.weight * float64(p.barrels))
	}
	return sum
}

// pool is the volumes from which those of unseen lifts are drawn, with cumulated weights.
type pool struct {
	of    []*drawn
	upTo  []float64
	guide []int32 // for each of equal slices of the weight, the first entry that reaches into it
}

func (p *pool) add(d *drawn, weight float64) {
	total := 0.0
	if n := len(p.upTo); n > 0 {
		total = p.upTo[n-1]
	}
	p.of, p.upTo = append(p.of, d), append(p.upTo, total+weight)
}

// seal builds the guide table, which makes pick take about one step.
func (p *pool) seal() {
	n := len(p.upTo)
	total, j := p.upTo[n-1], 0
	p.guide = make([]int32, n)
	for i := range p.guide {
		for p.upTo[j] < total*float64(i)/float64(n) && j < n-1 {
			j++
		}
		p.guide[i] = int32(j)
	}
}

// pick returns an entry's barrels in draw i; u is uniform.
func (p *pool) pick(u float64, i int) float64 {
	n := len(p.upTo)
	j := int(p.guide[int(u*float64(n))])
	for x := u * p.upTo[n-1]; p.upTo[j] < x && j < n-1; {
		j++
	}
	return p.of[j].barrels[i]
}

// dayKey is the key of a stratum's unseen lifts on a day.
func dayKey(stratum string, unixDay int64) uint64 {
	return key(stratum + "@" + strconv.FormatInt(unixDay, 10))
}

// stream is a sequence of random numbers that is a function of its key alone: SplitMix64 (Steele, Lea and Flood,
// 2014), whose finaliser turns a counter into well-mixed bits. It needs no state shared between draws.
type stream struct{ state uint64 }

// golden is 2^64 divided by the golden ratio, odd: the counter's step.
const golden = 0x9e3779b97f4a7c15

// mix is SplitMix64's finaliser.
func mix(z uint64) uint64 {
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

// key hashes a name (FNV-1a) and mixes it.
func key(name string) uint64 {
	h := uint64(0xcbf29ce484222325)
	for i := 0; i < len(name); i++ {
		h = (h ^ uint64(name[i])) * 0x100000001b3
	}
	return mix(h)
}

// at returns the stream of a key and two indices, such as draw and day.
func at(key uint64, i, j int) stream {
	return stream{mix(mix(key+uint64(i)*golden) + uint64(j)*golden)}
}

// next returns 64 bits.
func (s *stream) next() uint64 {
	s.state += golden
	return mix(s.state)
}

// uniform returns a number in (0, 1), never either end.
func (s *stream) uniform() float64 { return (float64(s.next()>>11) + 0.5) * (1.0 / (1 << 53)) }

// normal returns a standard normal number (Box and Muller, 1958), one of the pair so that each call takes two
// uniforms and the count of numbers used does not depend on their values.
func (s *stream) normal() float64 {
	u, v := s.uniform(), s.uniform()
	return math.Sqrt(-2*math.Log(u)) * math.Cos(2*math.Pi*v)
}

// gamma returns a Gamma(shape, 1) number (Marsaglia and Tsang, 2000; below 1 by a power of a uniform).
func (s *stream) gamma(shape float64) float64 {
	boost := s.uniform()
	if shape < 1 {
		return s.gamma1(shape+1) * math.Pow(boost, 1/shape)
	}
	return s.gamma1(shape)
}

// gamma1 is for shapes of 1 and more.
func (s *stream) gamma1(shape float64) float64 {
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x, u := s.normal(), s.uniform()
		v := 1 + float64(c*x)
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(u) < float64(0.5*x*x)+d-float64(d*v)+float64(d*math.Log(v)) {
			return d * v
		}
	}
}

// poisson returns a Poisson number by inversion, in parts for large means: exact for any mean, quick below ten.
func (s *stream) poisson(mean float64) int {
	n := 0
	for mean > 30 {
		n += s.small(30)
		mean -= 30
	}
	return n + s.small(mean)
}

// small inverts the distribution function for a mean of at most 30.
func (s *stream) small(mean float64) int {
	u := s.uniform()
	p := math.Exp(-mean)
	sum, k := p, 0
	for u > sum && k < 200 {
		k++
		p = p * mean / float64(k)
		sum += p
	}
	return k
}
