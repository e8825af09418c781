package track

import "testing"

func TestStories(t *testing.T) {
	tests := []struct {
		name  string
		kinds []FactKind
		story string
		want  string
	}{
		{
			"samples lie between two fixes, on the grid", []FactKind{KindSample}, `
			00:01 56.00 25.00 12kn
			00:07 56.06 25.00 10kn
			tick 00:10`, `
			00:10 sample 00:05 56.0400,25.0000 moving=true 10.7kn`,
		},
		{
			"a fix on the grid point is its own sample", []FactKind{KindSample}, `
			00:01 56.00 25.00 12kn
			00:05 56.06 25.00 10kn
			tick 00:10`, `
			00:10 sample 00:05 56.0600,25.0000 moving=true 10.0kn`,
		},
		{
			"reports without a position are told once a bin, whatever order they come in", []FactKind{KindBlind, KindSample}, `
			00:01 56.00 25.00 12kn
			00:09 56.00 25.00 blind
			00:06 56.00 25.00 blind
			00:07 56.00 25.00 blind src=B
			00:12 56.00 25.00 blind mmsi=235000111
			tick 00:20
			00:14 56.00 25.00 blind
			tick 00:25`, `
			00:10 blind 00:06 to 00:09 at A/300 !line 3
			00:15 blind 00:12 to 00:12 at A/500 !line 5
			00:25 blind 00:14 to 00:14 at A/600 !line 6`,
		},
		{
			"midnight", []FactKind{KindSample, KindJump, KindSilence}, `
			23:56 56.00 25.00 12kn
			24:06 56.02 25.00 12kn
			tick 24:10`, `
			24:10 sample 24:00 56.0080,25.0000 moving=true 12.0kn
			24:10 sample 24:05 56.0180,25.0000 moving=true 12.0kn`,
		},
		{
			"date line eastward", []FactKind{KindSample, KindJump}, `
			00:04 179.99 10.0 12kn
			00:06 -179.99 10.0 12kn
			tick 00:10`, `
			00:10 sample 00:05 180.0000,10.0000 moving=true 12.0kn`,
		},
		{
			"date line westward", []FactKind{KindSample, KindJump}, `
			00:03 -179.98 -10.0 12kn
			00:06 179.99 -10.0 12kn
			tick 00:10`, `
			00:10 sample 00:05 -180.0000,-10.0000 moving=true 12.0kn`,
		},
		{
			"a bin inside a silence gets no sample", []FactKind{KindSample, KindSilence}, `
			00:04 56.00 25.00 10kn
			00:06 56.00 25.00 10kn
			01:06 56.10 25.00 10kn
			01:11 56.11 25.00 10kn
			tick 01:15`, `
			00:10 sample 00:05 56.0000,25.0000 moving=true 10.0kn
			01:10 silence 00:06 to 01:06 recent=1 heard=2 interval=0s at=sea
			01:15 sample 01:10 56.1080,25.0000 moving=true 10.0kn`,
		},
		{
			"an hour less a second is no silence", []FactKind{KindSilence}, `
			00:05:01 56.00 25.00 0kn
			01:05:00 56.00 25.00 0kn
			tick 02:00`, ``,
		},
		{
			"a silence opens an hour after the last fix and is closed by the next", []FactKind{KindSilence}, `
			00:01 56.00 25.00 10kn
			00:03 56.00 25.00 10kn
			00:05 56.00 25.00 10kn
			00:07 56.00 25.00 10kn
			tick 05:00
			05:01 56.10 25.00 10kn
			tick 05:05`, `
			01:10 silence 00:07 to - recent=3 heard=4 interval=2m0s at=sea
			05:05 silence 00:07 to 05:01 recent=3 heard=4 interval=2m0s at=sea restated`,
		},
		{
			"102.3 kn is no speed and 51.2 and 63.0 kn are none either", []FactKind{KindSample}, `
			00:01 56.00 25.00
			00:06 56.00 25.00 51.2kn
			00:11 56.00 25.00 63kn
			tick 00:15`, `
			00:10 sample 00:05 56.0000,25.0000 moving=false
			00:15 sample 00:10 56.0000,25.0000 moving=false`,
		},
		{
			"type 27 is ignored within an hour of a precise fix", []FactKind{KindSample, KindSilence, KindJump}, `
			00:01 56.00 25.00 0kn
			00:04 56.01 25.00 0kn type=27
			00:07 56.00 25.00 0kn
			01:08 56.01 25.00 0kn type=27
			01:12 56.01 25.00 0kn type=27
			tick 01:15`, `
			00:10 sample 00:05 56.0000,25.0000 moving=false 0.0kn
			01:10 silence 00:07 to 01:08 recent=1 heard=2 interval=0s at=sea
			01:15 sample 01:10 56.0100,25.0000 moving=false 0.0kn`,
		},
		{
			"there and back is noise", []FactKind{KindJump, KindSample, KindAmbiguity, KindSilence}, `
			00:01 56.00 25.00 10kn
			00:03 50.00 29.00 10kn
			00:06 56.01 25.00 10kn
			tick 00:10`, `
			00:05 jump 00:01 to 00:03 kept=false
			00:10 sample 00:05 56.0080,25.0000 moving=true 10.0kn`,
		},
		{
			"two ships under one number", []FactKind{KindJump, KindAmbiguity, KindSilence}, `
			00:01 56.00 25.00 0kn every=4m until=02:00
			00:02 50.00 29.00 0kn every=4m until=02:00
			tick 02:00`, `
			00:05 jump 00:01 to 00:02 kept=false
			00:15 jump 00:01 to 00:02 kept=true restated
			00:15 ambiguity 00:02 with 00:01`,
		},
		{
			"a default MMSI is segmented like any other", []FactKind{KindJump, KindSample}, `
			00:01 56.00 25.00 0kn mmsi=416000000
			00:02 50.00 29.00 0kn mmsi=416000000
			00:06 56.00 25.00 0kn mmsi=416000000
			tick 00:10`, `
			00:05 jump 00:01 to 00:02 kept=false
			00:10 sample 00:05 56.0000,25.0000 moving=false 0.0kn`,
		},
		{
			"a fast craft may sail fast", []FactKind{KindJump}, `
			00:01 56.00 25.00 40kn
			01:00 56.80 25.00 40kn
			tick 01:00`, ``,
		},
		{
			"a jump of a day is another segment, not a jump", []FactKind{KindJump}, `
			00:01 56.00 25.00 10kn
			tick 30:00
			30:01 120.00 25.00 10kn
			tick 31:00`, ``,
		},
		{
			"a swing at anchor is one stop, leaving ends it", []FactKind{KindStop}, `
			00:01 56.50 25.205 0.1kn every=3m until=00:40
			00:43 56.504 25.208 0.3kn every=3m until=01:10
			01:13 56.52 25.215 6kn
			tick 01:20`, `
			00:35 stop 00:01 to - fixes=11 at=Roads
			01:15 stop 00:01 to 01:13 fixes=24 at=Roads restated`,
		},
		{
			"a silent ship is not stopped", []FactKind{KindStop, KindSilence}, `
			00:01 56.00 25.00 0.1kn every=10m until=00:41
			tick 03:00`, `
			00:35 stop 00:01 to - fixes=4 at=sea
			01:45 silence 00:41 to - recent=4 heard=5 interval=10m0s at=sea
			01:45 stop 00:01 to 00:41 fixes=5 at=sea restated`,
		},
		{
			"a visit from a seen entry to 1 km outside", []FactKind{KindVisit}, `
			00:01 56.50 25.10 9kn
			00:30 56.50 25.16 3kn
			00:40 56.50 25.19 0.8kn every=10m until=02:00
			02:10 56.50 25.19 5kn
			# 5.6 km from the middle: outside the shape, inside the margin
			02:20 56.50 25.250 5kn
			02:40 56.50 25.30 9kn
			tick 03:00`, `
			00:35 visit Roads 00:30 to - stop=-..- stopped=0s silent=0s seen=true sources=[A]
			01:15 visit Roads 00:30 to - stop=00:40..- stopped=0s silent=0s seen=true sources=[A] restated
			02:15 visit Roads 00:30 to - stop=00:40..02:10 stopped=1h30m0s silent=0s seen=true sources=[A] restated
			02:45 visit Roads 00:30 to 02:40 stop=00:40..02:10 stopped=1h30m0s silent=0s seen=true sources=[A] restated`,
		},
		{
			"a visit outlives three days of silence inside", []FactKind{KindVisit, KindSilence}, `
			00:01 50.342 29.232 0.1kn src=SAT
			tick 72:00
			72:01 50.342 29.232 0.1kn src=A
			72:20 50.30 29.30 9kn
			tick 73:00`, `
			00:05 visit Pier 00:01 to - stop=-..- stopped=0s silent=0s seen=false sources=[SAT]
			01:05 silence 00:01 to - recent=0 heard=1 interval=0s at=Pier
			72:05 silence 00:01 to 72:01 recent=0 heard=1 interval=0s at=Pier restated
			72:25 visit Pier 00:01 to 72:20 stop=-..- stopped=0s silent=72h0m0s seen=false sources=[A SAT] restated`,
		},
		{
			"at a berth heard in passes is at the berth between them", []FactKind{KindVisit}, `
			00:01 50.342 29.232 0.1kn src=SAT
			00:06 50.342 29.232 0.1kn src=SAT
			tick 08:00
			08:01 50.342 29.232 0.1kn src=SAT
			08:06 50.342 29.232 0.2kn src=SAT
			tick 14:00
			14:01 50.30 29.30 9kn src=SAT
			tick 14:05`, `
			00:05 visit Pier 00:01 to - stop=-..- stopped=0s silent=0s seen=false sources=[SAT]
			08:05 visit Pier 00:01 to - stop=00:01..- stopped=0s silent=7h55m0s seen=false sources=[SAT] restated
			14:05 visit Pier 00:01 to 14:01 stop=00:01..08:06 stopped=8h5m0s silent=7h55m0s seen=false sources=[SAT] restated`,
		},
		{
			"at anchor heard in passes may have been anywhere between them", []FactKind{KindVisit}, `
			00:01 56.50 25.19 0.1kn src=SAT
			00:06 56.50 25.19 0.1kn src=SAT
			tick 08:00
			08:01 56.50 25.19 0.1kn src=SAT
			08:06 56.50 25.19 0.2kn src=SAT
			tick 14:00
			14:01 56.50 25.30 9kn src=SAT
			tick 14:05`, `
			00:05 visit Roads 00:01 to - stop=-..- stopped=0s silent=0s seen=false sources=[SAT]
			14:05 visit Roads 00:01 to 14:01 stop=-..- stopped=0s silent=7h55m0s seen=false sources=[SAT] restated`,
		},
		{
			"a silence that ends elsewhere ends the visit", []FactKind{KindVisit}, `
			00:01 50.342 29.232 0.1kn every=10m until=00:41
			tick 30:00
			30:01 51.00 29.00 12kn
			tick 30:05`, `
			00:05 visit Pier 00:01 to - stop=-..- stopped=0s silent=0s seen=false sources=[A]
			00:35 visit Pier 00:01 to - stop=00:01..- stopped=0s silent=0s seen=false sources=[A] restated
			30:05 visit Pier 00:01 to 30:01 stop=00:01..00:41 stopped=40m0s silent=0s seen=false sources=[A] restated`,
		},
		{
			"a gate is crossed between two fixes", []FactKind{KindCrossing}, `
			00:01 56.90 25.50 12kn
			00:31 57.00 25.50 12kn
			01:01 57.10 25.50 12kn
			01:31 57.00 25.50 12kn
			02:01 56.90 25.50 12kn
			tick 02:05`, `
			01:05 crossing Line at 00:31 outbound=true 57.000,25.500
			01:35 crossing Line at 01:31 outbound=false 57.000,25.500`,
		},
		{
			"a gate is not crossed in the dark", []FactKind{KindCrossing}, `
			00:01 56.90 25.50 12kn
			07:01 57.10 25.50 12kn
			tick 07:05`, ``,
		},
		{
			"draught needs two reports, copies are one", []FactKind{KindDraught}, `
			00:01 static draught=9.8
			00:07 static draught=9.8
			06:00 static draught=20.9 hash=77 st=X
			06:00:30 static draught=20.9 hash=77 st=Y
			tick 06:05
			06:06 static draught=20.9 hash=77
			06:12 static draught=20.9 hash=77
			06:18 static draught=9.8
			tick 06:20`, `
			00:10 draught 0.0 to 9.8 first=00:01 last=- reports=2 raw=2
			06:10 draught 9.8 to 20.9 first=06:00 last=00:07 reports=2 raw=3`,
		},
		{
			"a wrong IMO number is none, and what is absent stays", []FactKind{KindProfile}, `
			00:01 static name=DUNE imo=9134270
			00:07 static imo=9134270
			00:13 static name=DUNE imo=9134271
			tick 00:15`, `
			00:05 profile name=DUNE imo=9134270
			00:15 profile name=DUNE imo=0`,
		},
		{
			"non-ships are only received", []FactKind{KindSample, KindSilence, KindReception}, `
			00:01 56.00 25.00 mmsi=4700001 st=X
			00:11 56.00 25.00 mmsi=4700001 st=X
			00:21 56.00 25.00 mmsi=994700001 st=X
			00:59:59 56.00 25.00 mmsi=4700001 st=Y
			01:00 56.00 25.00 mmsi=4700001 st=Y
			tick 04:00`, `
			01:00 reception 00:00 A/X messages=3 emitters=2
			01:00 reception 00:00 A/Y messages=1 emitters=1
			02:00 reception 01:00 A/Y messages=1 emitters=1`,
		},
		{
			"the last grid point takes the reports upon it", []FactKind{KindSample, KindReception}, `
			00:01 56.00 25.00 0kn
			tick 00:05
			00:05 56.00 25.00 0kn
			finish 00:05`, `
			00:05 sample 00:05 56.0000,25.0000 moving=false 0.0kn
			00:05 reception 00:00 A/ messages=2 emitters=1`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStory(t)
			s.tell(test.story)
			if got, want := s.printed(test.kinds...), lines(test.want); got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

func TestLateReports(t *testing.T) {
	tests := []struct {
		name  string
		kinds []FactKind
		story string
		want  string
	}{
		{
			"a late fix splits an old silence", []FactKind{KindSilence, KindSample, KindJump}, `
			00:03 56.00 25.00 10kn
			tick 06:00
			06:02 56.50 25.00 10kn
			tick 06:05
			03:03 56.25 25.00 10kn src=SAT
			03:21 56.30 25.00 10kn src=SAT
			tick 06:10`, `
			01:05 silence 00:03 to - recent=0 heard=1 interval=0s at=sea
			06:05 silence 00:03 to 06:02 recent=0 heard=1 interval=0s at=sea restated
			06:10 silence 00:03 to 03:03 recent=0 heard=1 interval=0s at=sea restated (heard late: 2 fixes from SAT)
			06:10 silence 03:21 to 06:02 recent=0 heard=3 interval=18m0s at=sea restated (heard late: 2 fixes from SAT)
			06:10 sample 03:05 56.2556,25.0000 moving=true 10.0kn restated (heard late: 2 fixes from SAT)
			06:10 sample 03:10 56.2694,25.0000 moving=true 10.0kn restated (heard late: 2 fixes from SAT)
			06:10 sample 03:15 56.2833,25.0000 moving=true 10.0kn restated (heard late: 2 fixes from SAT)
			06:10 sample 03:20 56.2972,25.0000 moving=true 10.0kn restated (heard late: 2 fixes from SAT)`,
		},
		{
			"a late fix closes an open silence and opens the rest", []FactKind{KindSilence}, `
			00:03 56.00 25.00 10kn
			tick 06:00
			03:03 56.25 25.00 10kn src=SAT
			tick 06:05`, `
			01:05 silence 00:03 to - recent=0 heard=1 interval=0s at=sea
			06:05 silence 00:03 to 03:03 recent=0 heard=1 interval=0s at=sea restated (heard late: 1 fix from SAT)
			06:05 silence 03:03 to - recent=1 heard=2 interval=0s at=sea`,
		},
		{
			"a late fix that does not fit is a jump", []FactKind{KindSilence, KindJump, KindSample}, `
			00:03 56.00 25.00 10kn
			tick 06:00
			06:02 56.50 25.00 10kn
			tick 06:05
			03:03 40.00 25.00 10kn src=SAT
			tick 06:10`, `
			01:05 silence 00:03 to - recent=0 heard=1 interval=0s at=sea
			06:05 silence 00:03 to 06:02 recent=0 heard=1 interval=0s at=sea restated
			06:10 jump 00:03 to 03:03 kept=false (heard late: 1 fix from SAT)`,
		},
		{
			"late fixes between close fixes say nothing", []FactKind{KindSilence, KindJump, KindSample}, `
			00:03 56.00 25.00 0kn
			00:08 56.00 25.00 0kn
			tick 00:10
			00:04 56.00 25.00 0kn
			00:06 56.00 25.00 0kn
			tick 00:15`, `
			00:10 sample 00:05 56.0000,25.0000 moving=false 0.0kn`,
		},
		{
			"a late fix restates the samples beside it", []FactKind{KindSilence, KindSample}, `
			00:04 56.00 25.00 10kn
			00:16 56.04 25.00 10kn
			tick 00:20
			00:11 56.00 25.00 0kn src=SAT
			tick 00:25`, `
			00:20 sample 00:05 56.0033,25.0000 moving=true 10.0kn
			00:20 sample 00:10 56.0200,25.0000 moving=true 10.0kn
			00:20 sample 00:15 56.0367,25.0000 moving=true 10.0kn
			00:25 sample 00:05 56.0000,25.0000 moving=true 8.6kn restated (heard late: 1 fix from SAT)
			00:25 sample 00:10 56.0000,25.0000 moving=true 1.4kn restated (heard late: 1 fix from SAT)
			00:25 sample 00:15 56.0320,25.0000 moving=true 8.0kn restated (heard late: 1 fix from SAT)`,
		},
		{
			"a crossing in the dark is claimed by a late fix", []FactKind{KindCrossing}, `
			00:01 56.90 25.50 12kn
			08:01 57.10 25.50 12kn
			tick 08:05
			04:01 56.95 25.50 12kn src=SAT
			tick 08:10`, `
			08:10 crossing Line at 05:21 outbound=true 57.000,25.500`,
		},
		{
			"a ship heard late for the first time", []FactKind{KindSilence}, `
			00:01 56.90 25.50 12kn mmsi=620999002
			tick 08:05
			04:01 56.95 25.50 12kn src=SAT
			tick 08:10`, `
			01:05 silence 00:01 to - recent=0 heard=1 interval=0s at=sea
			08:10 silence 04:01 to - recent=0 heard=1 interval=0s at=sea`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStory(t)
			s.tell(test.story)
			if got, want := s.printed(test.kinds...), lines(test.want); got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}
