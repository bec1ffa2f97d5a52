// Package messages words what there is to say of events that were read and billed: lines that are no events, anomalies, and
// dates far from all others. The command prints it, and so does the pipeline on Apache Beam, whose steps find it on several
// machines.
package messages
