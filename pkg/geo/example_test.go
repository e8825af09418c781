package geo_test

import (
	"fmt"

	"github.com/darkwake/darkwake/pkg/geo"
)

func ExampleDistanceExact() {
	kharg := geo.PointFromDegrees(50.342, 29.232)    // the T-jetty
	fujairah := geo.PointFromDegrees(56.515, 25.220) // the offshore anchorage
	fmt.Printf("%.0f nm, bearing %.0f°\n", geo.DistanceExact(kharg, fujairah).NauticalMiles(), geo.Bearing(kharg, fujairah))
	// Output: 408 nm, bearing 125°
}

func ExampleSea_Distance() {
	sea, err := geo.DefaultSea()
	if err != nil {
		fmt.Println(err)
		return
	}
	kharg := geo.PointFromDegrees(50.342, 29.232)
	fujairah := geo.PointFromDegrees(56.515, 25.220)
	d, ok := sea.Distance(kharg, fujairah)
	fmt.Printf("%.0f nm round Musandam, %v\n", d.NauticalMiles(), ok)
	// Output: 464 nm round Musandam, true
}

func ExampleHullClearance() {
	vlcc := geo.Placed{
		At: geo.PointFromDegrees(56.52, 25.25), Heading: 0,
		Hull: geo.Hull{Bow: 305, Stern: 28, Port: 30, Starboard: 30},
	}
	suezmax := geo.Placed{
		At: geo.Destination(vlcc.At, 90, 57), Heading: 0,
		Hull: geo.Hull{Bow: 242, Stern: 32, Port: 24, Starboard: 24},
	}
	fmt.Printf("antennas %.0f m apart, %.0f m of water\n", geo.Distance(vlcc.At, suezmax.At), geo.HullGap(vlcc, suezmax))
	// Output: antennas 57 m apart, 3 m of water
}
