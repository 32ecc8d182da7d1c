package dev.sekisho.policy;

import dev.cel.runtime.CelAttribute;
import dev.cel.runtime.CelAttributePattern;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelUnknownSet;
import dev.cel.runtime.CelVariableResolver;
import dev.cel.runtime.PartialVars;
import dev.sekisho.net.PathReadings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@code when:}, an expression in CEL. It is evaluated with unknowns: what is missing stays a name,
 * and often the rest settles it. What it still depends on then is learnt; if nothing of that can be
 * learnt, the condition is unknowable. An error while evaluating is unknowable too. An expression
 * that looks at the path is evaluated for each reading of it.
 */
record WhenLeaf(String source, CelRuntime.Program program, Set<CelNames> names, CelTime time)
    implements Leaf {
  @Override
  public Truth test(View view, Sense sense) {
    boolean path = names.contains(CelNames.REQUEST_PATH) || names.contains(CelNames.REQUEST_URL);
    if (!path || view.seen().request != Facts.State.KNOWN) {
      return evaluate(view, "");
    }
    PathReadings readings = view.readings();
    if (!readings.complete()) {
      return Truth.of(sense == Sense.DENY);
    }
    Truth together = sense == Sense.ALLOW ? Truth.TRUE : Truth.FALSE;
    for (String reading : readings.all()) {
      Truth one = evaluate(view, reading);
      together = sense == Sense.ALLOW ? sense.both(together, one) : sense.either(together, one);
    }
    return together;
  }

  private Truth evaluate(View view, String reading) {
    List<CelAttributePattern> missing = missing(view);
    CelVariableResolver values =
        name -> CelNames.find(name).map(known -> known.value(view, time, reading));
    try {
      Object result =
          missing.isEmpty() ? program.eval(values) : program.eval(PartialVars.of(values, missing));
      return switch (result) {
        case Boolean holds -> Truth.of(holds);
        case CelUnknownSet unknown -> unsettled(view.seen(), unknown);
        default -> Truth.UNKNOWABLE;
      };
    } catch (CelEvaluationException | RuntimeException _) {
      // no logger here: the decision's explanation names the condition that could not be known
      return Truth.UNKNOWABLE;
    }
  }

  private List<CelAttributePattern> missing(View view) {
    List<CelAttributePattern> missing = List.of();
    for (CelNames name : names) {
      Optional<Facts.Group> group = name.group();
      if (group.isPresent() && isMissing(view, name, group.get())) {
        missing = missing.isEmpty() ? new ArrayList<>() : missing;
        missing.add(CelAttributePattern.fromQualifiedIdentifier(name.text()));
      }
    }
    return missing;
  }

  /** Missing is also what a response could have declared and did not. */
  private boolean isMissing(View view, CelNames name, Facts.Group group) {
    return view.seen().state(group) != Facts.State.KNOWN
        || (group == Facts.Group.RESPONSE && name.value(view, time, "") == null);
  }

  private static Truth unsettled(Seen seen, CelUnknownSet unknown) {
    int mask = 0;
    for (CelAttribute attribute : unknown.attributes()) {
      Optional<Facts.Group> group = CelNames.find(attribute.toString()).flatMap(CelNames::group);
      if (group.isPresent() && seen.state(group.get()) == Facts.State.UNKNOWN) {
        mask |= Truth.bit(group.get());
      }
    }
    return mask == 0 ? Truth.UNKNOWABLE : Truth.unknown(mask);
  }

  @Override
  public int groups() {
    int mask = 0;
    for (CelNames name : names) {
      mask |= name.group().map(Truth::bit).orElse(0);
    }
    return mask;
  }

  @Override
  public boolean onlyResponse() {
    return !names.isEmpty()
        && names.stream().allMatch(name -> name.group().equals(Optional.of(Facts.Group.RESPONSE)));
  }

  @Override
  public String field() {
    return "when";
  }

  @Override
  public String expected() {
    return Texts.safe(source);
  }

  @Override
  public String value(Seen seen) {
    return "";
  }
}
