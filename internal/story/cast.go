package story

import (
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/geo"
)

// pose is where a ship is and what she reports of herself at a moment.
type pose struct {
	at      geo.Point
	heading geo.Degrees
	course  geo.Degrees
	speed   geo.Knots
}

// scene is a time for which a ship's poses are known.
type scene struct {
	from, to time.Time
	pose     func(time.Time) pose
}

// actor is a ship of the story.
type actor struct {
	mmsi    ais.MMSI
	static  ais.Report // what her static reports say
	told    time.Time  // when she last sent one
	source  string
	every   time.Duration
	tower   bool // a base station
	scenes  []scene
	draught map[int64]geo.Metres // typed from a moment on, by Unix seconds
	renamed []naming             // other particulars from a moment on, oldest first
}

// staticEvery is how often a ship's static reports are heard: message 5 goes out every 6 minutes, and a fifth of them
// is enough for every rule that counts them.
const staticEvery = 30 * time.Minute

// cast is all ships and the reports they have sent but that were not delivered yet.
type cast struct {
	actors  map[ais.MMSI]*actor
	pending []ais.Report
	lines   int64
}

func (c *cast) of(name string) (*actor, error) {
	m, err := mmsi(name)
	if err != nil {
		return nil, err
	}
	if a := c.actors[m]; a != nil {
		return a, nil
	}
	return c.enter(m), nil
}

// enter brings a ship of which nothing was told on the stage.
func (c *cast) enter(m ais.MMSI) *actor {
	a := &actor{mmsi: m, source: "feed", every: 5 * time.Minute}
	a.static = ais.Report{Kind: ais.Static, Message: 5, Class: ais.ClassA, MMSI: m}
	c.actors[m] = a
	return a
}

// vessel declares a ship: vessel MMSI [name=] [imo=] [type=] [hull=A,B,C,D] [draught=] [every=minutes] [source=].
func (c *cast) vessel(cmd command) error {
	if err := cmd.need(1, "MMSI"); err != nil {
		return err
	}
	a, err := c.of(cmd.args[0])
	if err != nil {
		return err
	}
	kind, err := cmd.number("type", 80)
	if err != nil {
		return err
	}
	imo, err := cmd.number("imo", 0)
	if err != nil {
		return err
	}
	draught, err := cmd.number("draught", 0)
	if err != nil {
		return err
	}
	every, err := cmd.number("every", 5)
	if err != nil {
		return err
	}
	a.every, a.source = time.Duration(every*float64(time.Minute)), cmd.text("source", "feed")
	r := &a.static
	r.ShipType, r.Has = uint8(kind), r.Has|ais.HasShipType
	if name := cmd.text("name", ""); name != "" {
		r.Name, r.Has = ais.TextFrom(strings.ReplaceAll(name, "_", " ")), r.Has|ais.HasName
	}
	if imo > 0 {
		r.IMO, r.Has = ais.IMO(imo), r.Has|ais.HasIMO
	}
	if draught > 0 {
		r.Draught, r.Has = geo.Metres(draught), r.Has|ais.HasDraught
	}
	if to := cmd.text("destination", ""); to != "" {
		r.Destination, r.Has = ais.TextFrom(strings.ReplaceAll(to, "_", " ")), r.Has|ais.HasDestination
	}
	if hull := cmd.text("hull", ""); hull != "" {
		return readHull(r, hull)
	}
	return nil
}

func readHull(r *ais.Report, text string) error {
	var d [4]uint16
	parts := strings.Split(text, ",")
	if len(parts) != 4 {
		return fmt.Errorf("read hull %q: want bow,stern,port,starboard in metres", text)
	}
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil {
			return fmt.Errorf("read hull %q: %w", text, err)
		}
		d[i] = uint16(n)
	}
	r.Dimensions = ais.Dimensions{Bow: d[0], Stern: d[1], Port: d[2], Starboard: d[3]}
	r.Has |= ais.HasDimensions
	return nil
}

// naming is a ship's other name, IMO number or hull.
type naming struct {
	since  time.Time
	report ais.Report
}

// rename changes who a ship says she is: static MMSI TIME [name=] [imo=] [hull=].
func (a *actor) rename(cmd command, at time.Time) error {
	r := a.static
	if n := len(a.renamed); n > 0 {
		r = a.renamed[n-1].report
	}
	imo, err := cmd.number("imo", float64(r.IMO))
	if err != nil {
		return err
	}
	if imo > 0 {
		r.IMO, r.Has = ais.IMO(imo), r.Has|ais.HasIMO
	}
	if name := cmd.text("name", ""); name != "" {
		r.Name, r.Has = ais.TextFrom(strings.ReplaceAll(name, "_", " ")), r.Has|ais.HasName
	}
	if to := cmd.text("destination", ""); to != "" {
		r.Destination, r.Has = ais.TextFrom(strings.ReplaceAll(to, "_", " ")), r.Has|ais.HasDestination
	}
	if hull := cmd.text("hull", ""); hull != "" {
		if err := readHull(&r, hull); err != nil {
			return err
		}
	}
	a.renamed = append(a.renamed, naming{at, r})
	return nil
}

// staticAt is what a ship's static reports say at a moment, but for the draught.
func (a *actor) staticAt(t time.Time) ais.Report {
	r := a.static
	for _, n := range a.renamed {
		if !n.since.After(t) {
			r = n.report
		}
	}
	return r
}

// types changes what a ship's static reports say from a moment on: static MMSI TIME draught=… or name=, imo=, hull=.
func (c *cast) types(cmd command) error {
	if err := cmd.need(2, "MMSI TIME draught=…"); err != nil {
		return err
	}
	a, err := c.of(cmd.args[0])
	if err != nil {
		return err
	}
	at, err := moment(cmd.args[1])
	if err != nil {
		return err
	}
	if _, ok := cmd.opts["draught"]; !ok {
		return a.rename(cmd, at)
	}
	draught, err := cmd.number("draught", 0)
	if err != nil {
		return err
	}
	if a.draught == nil {
		a.draught = map[int64]geo.Metres{}
	}
	a.draught[at.Unix()] = geo.Metres(draught)
	return nil
}

// draughtAt is what is typed in at a moment.
func (a *actor) draughtAt(t time.Time) geo.Metres {
	typed, since := a.static.Draught, int64(math.MinInt64)
	for at, d := range a.draught {
		if at <= t.Unix() && at > since {
			typed, since = d, at
		}
	}
	return typed
}

// fix sends one report: fix MMSI TIME LAT LON SPEED [course=] [heading=] [message=27].
func (c *cast) fix(cmd command) error {
	if err := cmd.need(5, "MMSI TIME LAT LON SPEED"); err != nil {
		return err
	}
	a, err := c.of(cmd.args[0])
	if err != nil {
		return err
	}
	at, err := moment(cmd.args[1])
	if err != nil {
		return err
	}
	p, err := position(cmd.args[2], cmd.args[3])
	if err != nil {
		return err
	}
	speed, err := strconv.ParseFloat(strings.TrimSuffix(cmd.args[4], "kn"), 64)
	if err != nil {
		return fmt.Errorf("read speed %q: %w", cmd.args[4], err)
	}
	course, err := cmd.number("course", 0)
	if err != nil {
		return err
	}
	heading, err := cmd.number("heading", course)
	if err != nil {
		return err
	}
	v, err := a.voice(cmd)
	if err != nil {
		return err
	}
	c.sound(a, v, at)
	r := v.report(a, at, pose{p, geo.Degrees(heading), geo.Degrees(course), geo.Knots(speed)})
	if cmd.text("message", "") == "27" {
		r.Message, r.Flags = 27, ais.Coarse
	}
	c.send(r)
	return nil
}

// voice is how a ship is heard in one act.
type voice struct {
	source  string
	every   time.Duration
	passes  time.Duration // between satellites; zero when she is heard all the time
	status  uint8         // navigational status
	stated  bool          // she states one
	station string
	blind   bool // her reports give no position
}

// voice reads the options of every act: [source=] [every=minutes] [passes=hours] [status=] [station=]
// [blind=yes].
func (a *actor) voice(cmd command) (voice, error) {
	_, blind := cmd.opts["blind"]
	v := voice{source: a.source, station: cmd.text("station", ""), blind: blind}
	every, err := cmd.number("every", a.every.Minutes())
	if err != nil {
		return v, err
	}
	passes, err := cmd.number("passes", 0)
	if err != nil {
		return v, err
	}
	status, err := cmd.number("status", -1)
	if err != nil {
		return v, err
	}
	if passes > 0 {
		v.source = "satellite"
	}
	v.source = cmd.text("source", v.source)
	v.every, v.passes = time.Duration(every*float64(time.Minute)), time.Duration(passes*float64(time.Hour))
	if status >= 0 {
		v.status, v.stated = uint8(status), true
	}
	if v.every < time.Second {
		return v, fmt.Errorf("read every of %s: want a second or more, in minutes", cmd.verb)
	}
	return v, nil
}

// passLength is how long a satellite hears a place on one pass: 10 minutes from horizon to horizon at 500 km.
const passLength = 10 * time.Minute

// hears tells whether anybody hears the ship at a moment.
func (v voice) hears(t time.Time) bool {
	return v.passes == 0 || t.Sub(dayOne)%v.passes < passLength
}

// receiver is the kind of receiver that a source has: one whose name begins with satellite is in orbit.
func (v voice) receiver() ais.Receiver {
	if strings.HasPrefix(v.source, "satellite") {
		return ais.Satellite
	}
	return ais.Terrestrial
}

// report is a position report of message 1, or 4 of a base station. 102.3 kn is how a ship says that she does not know
// her speed.
func (v voice) report(a *actor, at time.Time, p pose) ais.Report {
	r := ais.Report{Kind: ais.Position, Message: 1, Class: ais.ClassA, MMSI: a.mmsi, Time: ais.Milli(at), TimeSource: ais.TimeTag,
		Receiver: v.receiver(), Source: v.source, Station: ais.LabelFrom(v.station), Position: p.at, Has: ais.HasPosition}
	if a.tower {
		r.Message, r.Class = 4, ais.ClassOther
		return r
	}
	r.SOG, r.COG, r.Heading, r.Has = p.speed, p.course, p.heading, r.Has|ais.HasSOG|ais.HasCOG|ais.HasHeading
	if p.speed >= 102.25 {
		r.SOG, r.Has = 0, r.Has&^ais.HasSOG
	}
	if v.blind {
		r.Position, r.SOG, r.COG, r.Has = geo.Point{}, 0, 0, r.Has&ais.HasHeading
	}
	if v.stated {
		r.NavStatus, r.Has = v.status, r.Has|ais.HasNavStatus
	}
	return r
}

// send numbers a report and keeps it for delivery.
func (c *cast) send(r ais.Report) {
	c.lines++
	r.Offset, r.Number = c.lines*80, uint64(c.lines)<<8
	r.Raw = fmt.Appendf(nil, "!STORY,%s,%d,%s,%s,%d", r.Source, c.lines, r.MMSI, clock(r.Time.Time()), r.Message)
	h := fnv.New64a()
	h.Write(r.Raw)
	r.Hash = h.Sum64()
	c.pending = append(c.pending, r)
}

// sound sends a ship's static report if it is time for one.
func (c *cast) sound(a *actor, v voice, at time.Time) {
	if a.static.Has == 0 || !a.told.IsZero() && at.Sub(a.told) < staticEvery {
		return
	}
	a.told = at
	r := a.staticAt(at)
	r.Time, r.TimeSource, r.Receiver, r.Source = ais.Milli(at.Add(time.Second)), ais.TimeTag, v.receiver(), v.source
	c.send(r)
}

// deliver completes a report that is handed over: what the crew had typed by then may have been told after it was sent.
func (c *cast) deliver(r *ais.Report) {
	if r.Kind != ais.Static {
		return
	}
	if r.Draught = c.actors[r.MMSI].draughtAt(r.Time.Time()); r.Draught > 0 {
		r.Has |= ais.HasDraught
	}
}

// play adds a scene to a ship and sends her reports in it, the first after lag. With instead=yes she sends nothing else that
// was told before for that time.
func (c *cast) play(cmd command, a *actor, s scene, lag time.Duration) error {
	v, err := a.voice(cmd)
	if err != nil {
		return err
	}
	a.scenes = append(a.scenes, s)
	if _, ok := cmd.opts["instead"]; ok {
		c.pending = slices.DeleteFunc(c.pending, func(r ais.Report) bool {
			return r.MMSI == a.mmsi && r.Time >= ais.Milli(s.from) && r.Time <= ais.Milli(s.to)
		})
	}
	for t := s.from.Add(lag); !t.After(s.to); t = t.Add(v.every) {
		if v.hears(t) {
			c.send(v.report(a, t, s.pose(t)))
			c.sound(a, v, t)
		}
	}
	return nil
}

// poseAt is what a ship does at a moment, by the scene told last.
func (a *actor) poseAt(t time.Time) (pose, bool) {
	for i := len(a.scenes) - 1; i >= 0; i-- {
		if s := a.scenes[i]; !t.Before(s.from) && !t.After(s.to) {
			return s.pose(t), true
		}
	}
	return pose{}, false
}
