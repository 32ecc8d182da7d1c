package harness;
import java.io.IOException;
import java.nio.file.Path;
record MintRow(Path listed) implements Row {
  public String key() { return "mint"; }
  public void measure(Testbed bed, Origins origins, Pace pace, Report report) throws IOException {}
}
