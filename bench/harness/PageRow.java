package harness;
import java.io.IOException;
import java.nio.file.Path;
record PageRow(Path listed) implements Row {
  public String key() { return "page"; }
  public void measure(Testbed bed, Origins origins, Pace pace, Report report) throws IOException {}
}
