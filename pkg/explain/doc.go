// Package explain tells a person why an event says what it says: as text with every rule, rival and raw sentence, with
// what would change the verdict, and as a chart. It adds no knowledge of its own: all numbers come from the event, from
// the weights of the models that it is handed, and from the sentences that the event quotes.
package explain
