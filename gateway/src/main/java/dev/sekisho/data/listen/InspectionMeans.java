package dev.sekisho.data.listen;

import dev.sekisho.data.inspect.Authorities;
import dev.sekisho.data.inspect.InspectConfig;
import dev.sekisho.data.inspect.Leaves;
import java.util.function.Supplier;

/**
 * What opening a CONNECT takes.
 *
 * @param authorities whom clients have to trust
 */
public record InspectionMeans(
    Leaves leaves, Supplier<Authorities> authorities, InspectConfig config) {}
