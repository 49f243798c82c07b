// Package files is the domain of Bytepass: who may put what where.
//
// It knows spaces (whose a file is), keys (what it is called there), the
// object key that both make together, what a caller intends to upload, the
// declaration that travels with an object, the limits, the record that the
// catalog keeps of an object, and the problems that a caller can be told. It
// does no I/O and imports nothing of this project; beyond the standard library
// it uses only Unicode normalisation.
//
// Everything that comes from outside is parsed here, once, into a type whose
// values are valid: a Key, a Space, an Upload. The packages above and below
// pass those types on and never look at strings again.
package files
