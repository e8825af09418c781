// Package alert tells people and programs of events as they come to stand in a store: by rules from a file, over channels
// such as webhooks, mail and chats.
//
// A rule says which events it is about. Of an event that it has not told of, it tells when the event first meets it
// (opened); of one that it has told of, when something changed that a reader cares about (updated: its status, its probability
// crossing the rule's minimum, its barrels by a tenth) and when it is taken back (retracted). A rule with a digest collects
// what it has to tell and sends it at whole multiples of an interval.
//
// A Service follows the changes of a store. Where it stands, what each rule has told, and what is still to be sent is in a
// small database of its own, written in one transaction for each batch of changes: whatever kills the process, a message is
// sent at least once, and one that is sent again carries the same id. Every channel has a sender of its own, so that one that
// does not answer holds up no other. A message that is not taken is tried again for a day, at growing intervals, and then
// dropped and counted. The first time that a state is made, telling begins with what comes next: history alarms nobody.
//
// What is not here: what an event means, and feeds for readers who ask (the API's Atom and JSON Feed).
//
//   - file.go: rules and channels as written
//   - rule.go: which events a rule is about, and what of them it tells
//   - tell.go: the messages
//   - queue.go: what must survive a restart
//   - service.go: following, sending, trying again
//   - trial.go: what rules would have told, and messages that test channels
package alert
