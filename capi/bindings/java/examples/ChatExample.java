// SPDX-License-Identifier: Apache-2.0
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import leyden.Leyden;

/**
 * Asks about a document, streaming; with a folder, the conversation is kept there and goes on: java
 * ChatExample DOCUMENT QUESTION [FOLDER].
 */
public final class ChatExample {
  private ChatExample() {}

  private static long sessionOf(Leyden.Store store) {
    try {
      return store.findSession("example");
    } catch (Leyden.LeydenException none) {
      return store.createSession("example");
    }
  }

  public static void main(String[] arguments) throws java.io.IOException {
    if (arguments.length != 2 && arguments.length != 3) {
      System.err.println("usage: ChatExample DOCUMENT QUESTION [FOLDER]");
      System.exit(2);
    }
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Leyden.ModelOptions modelOptions = new Leyden.ModelOptions();
    try (Leyden.Store store = modelOptions.store = arguments.length == 3 ? new Leyden.Store(arguments[2]) : null;
        Leyden.Model model = new Leyden.Model(null, modelOptions);
        Leyden.Chat chat = model.chat(store == null ? 0 : sessionOf(store))) {
      String resume = chat.resumeJson();
      if (resume.contains("\"new\"")) {
        chat.addDocument(arguments[0], Files.readString(Path.of(arguments[0])));
      } else {
        System.err.println("resumed: " + resume);
      }
      Leyden.AskOptions options = new Leyden.AskOptions();
      options.maxTokens = 120;
      chat.ask(arguments[1], options, event -> {
        if (event.isText()) {
          out.print(event.text());
          out.flush();
        }
      });
      out.println();
    }
  }
}
