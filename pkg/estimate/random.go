package estimate

import "math"

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
