// SPDX-License-Identifier: Apache-2.0
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import leyden.Leyden;

/** Plans for a GPU, then asks with a function of this program as a tool: java TideExample QUESTION. */
public final class TideExample {
  private TideExample() {}

  public static void main(String[] arguments) {
    if (arguments.length != 1) {
      System.err.println("usage: TideExample QUESTION");
      System.exit(2);
    }
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Leyden.PlanOptions plan = new Leyden.PlanOptions();
    plan.context = 4096;
    plan.gpuBytes = new long[] {80_000_000_000L};
    boolean fits = Leyden.planJson(null, plan).contains("\"fits\":true");
    out.println(fits ? "fits" : "does not fit");
    AtomicInteger calls = new AtomicInteger();
    try (Leyden.Toolbox toolbox = new Leyden.Toolbox(null, true);
        Leyden.Model model = new Leyden.Model();
        Leyden.Chat chat = model.chat(0)) {
      String schema = "{\"type\": \"object\", \"properties\": {\"port\": {\"type\": \"string\"}}}";
      toolbox.addFunction(new Leyden.Tool("tide", "When the tide is high in a port.", schema, 0), call -> {
        calls.incrementAndGet();
        return "high at noon";
      });
      Leyden.AskOptions options = new Leyden.AskOptions();
      options.maxTokens = 60;
      out.println(chat.run(arguments[0], toolbox, options, a -> Leyden.Approve.once(), null).text());
      out.println("called " + calls);
    }
  }
}
