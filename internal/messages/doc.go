// Package messages writes the messages about events that were read and billed: lines that are no events, anomalies, and
// dates far from all others. The command prints them, and so does the pipeline on Apache Beam, whose steps run on several
// machines.
package messages
