package dev.sekisho.scan;

/**
 * Why a body could not be read to its end.
 *
 * @param detail one sentence for the record
 */
record Fault(Verdict.Reason reason, String detail) {}
