package ais

import (
	"math/rand/v2"
	"strconv"
	"testing"
)

// BenchmarkDecode reads payloads only, by type. The sum of MMSI, places and texts is checked afterwards.
func BenchmarkDecode(b *testing.B) {
	for _, c := range []struct {
		name, payload string
		fill          uint8
		mmsi          MMSI
	}{
		{"type1_28_characters", "15MwkRUOidG?GElEa<iQk1JV06Jd", 0, 366998410},
		{"type18_28_characters", "B52K>;h00Fc>jpUlNV@ikwpUoP06", 0, 338087471},
		{"type4_28_characters", "402LspQv`pe09T0kS0>Gc4700@GO", 0, 2571234},
		{"type5", "55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp888888888880", 2, 351759000},
		{"type21", "E>jHC7C9b@57T79h8:@64ST:47bwk2wB?PrQ@30HHKv>84i@", 4, 992351005},
		{"type24B", "H42O55lti4hhhilD3nink000?050", 0, 271041815},
		{"type27", "K8VSqb9LdU28WP8<", 0, 577305000},
	} {
		b.Run(c.name, func(b *testing.B) {
			payload := []byte(c.payload)
			var r Report
			b.SetBytes(int64(len(payload)))
			if c.fill == 0 && len(payload) == 28 {
				for b.Loop() {
					decode168(payload, &r)
				}
			} else {
				for b.Loop() {
					decodePayload(payload, c.fill, &r)
				}
			}
			want := Report{}
			if decodePayload(payload, c.fill, &want); r.MMSI != c.mmsi || difference(&r, &want) != "" {
				b.Fatalf("got %+v, want MMSI %d", r, c.mmsi)
			}
		})
	}
}

// naturalPayloads draws the payloads of 9,000 messages in the shares of real traffic from go-ais's bit strings,
// and adds up their MMSIs from the bits.
func naturalPayloads(b *testing.B) (drawn []whole, mmsi uint64) {
	shares := map[int]int{1: 5991, 3: 1071, 4: 702, 5: 585, 18: 387, 24: 67, 21: 60, 20: 54, 8: 23, 6: 19, 17: 16, 27: 14, 15: 11}
	byKind := map[int][]string{}
	bitStrings(b, func(kind int, bits string) { byKind[kind] = append(byKind[kind], bits) })
	for kind := range 28 {
		for i := range shares[kind] {
			bits := byKind[kind][i%len(byKind[kind])]
			n, err := strconv.ParseUint(bits[8:38], 2, 32)
			if err != nil {
				b.Fatal(err)
			}
			mmsi += n
			payload, fill := armourBits(bits)
			drawn = append(drawn, whole{payload: payload, fill: fill})
		}
	}
	rand.New(rand.NewPCG(7, 8)).Shuffle(len(drawn), func(i, j int) { drawn[i], drawn[j] = drawn[j], drawn[i] })
	return drawn, mmsi
}

// BenchmarkDecodeNaturalMix reads payloads as real traffic mixes them; ns/op is one message.
func BenchmarkDecodeNaturalMix(b *testing.B) {
	drawn, want := naturalPayloads(b)
	var r Report
	read := func(m whole) {
		if m.fill == 0 {
			decode168(m.payload, &r)
		} else {
			decodePayload(m.payload, m.fill, &r)
		}
	}
	i := 0
	for b.Loop() {
		read(drawn[i])
		if i++; i == len(drawn) {
			i = 0
		}
	}
	got := uint64(0)
	for _, m := range drawn {
		read(m)
		got += uint64(r.MMSI)
	}
	if got != want {
		b.Fatalf("sum of MMSIs: got %d, want %d", got, want)
	}
}
