// Package gate decides who may ask, and how often: a key where the server listens for more than its own machine, and a limit for each
// client, told in RateLimit headers.
//
// What is not here: users and their rights. There is one key, and whoever has it may read; those who may also review have keys of
// their own (pkg/triage).
package gate
