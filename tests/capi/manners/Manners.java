// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import leyden.Leyden;

/** The same as manners.cpp, for Java: java Manners FOLDER. */
public final class Manners {
  private Manners() {}

  private static final class Oops extends RuntimeException {}

  private static void expect(boolean holds, String what) {
    if (!holds) {
      throw new IllegalStateException("does not hold: " + what);
    }
  }

  private static void fails(String name, Runnable call) {
    try {
      call.run();
    } catch (Leyden.LeydenException failure) {
      expect(failure.name.equals(name), name + ", but " + failure.name + ": " + failure.getMessage());
      return;
    }
    throw new IllegalStateException("did not fail with " + name);
  }

  private static void comesBack(Runnable call) {
    try {
      call.run();
    } catch (Oops oops) {
      return;
    }
    throw new IllegalStateException("what the callback threw did not come back");
  }

  private static void models() {
    expect(Leyden.abi() == 0 && !Leyden.version().isEmpty(), "version");
    expect(Leyden.has("logits") && !Leyden.has("wings"), "features");
    fails("not_found", () -> new Leyden.Model("/nowhere", null));
    String folder = Leyden.defaultModelPath();
    expect(Leyden.modelInfoJson(folder).contains("\"parameters\""), "model info");
    try (Leyden.Tokenizer tokenizer = new Leyden.Tokenizer(folder)) {
      expect(tokenizer.vocabSize() > 100, "tokenizer alone");
    }
    Leyden.ModelOptions options = new Leyden.ModelOptions();
    options.threads = 2;
    options.onProgress = progress -> {
      throw new Oops();
    };
    comesBack(() -> new Leyden.Model(null, options));
  }

  private static void tokens(Leyden.Model model) {
    int[] ids;
    try (Leyden.Tokenizer tokenizer = model.tokenizer()) {
      ids = tokenizer.encode("The lamp went out", Leyden.ADDED_IGNORE);
    }
    int[] rows = new int[1];
    model.logits(ids, row -> {
      expect(row.length == model.vocabSize(), "whole rows");
      ++rows[0];
    }, null);
    expect(rows[0] == ids.length, "a row for each id");
    comesBack(() -> model.logits(ids, row -> {
      throw new Oops();
    }, null));
    Leyden.GenerateOptions options = new Leyden.GenerateOptions();
    options.maxTokens = 9;
    int[] seen = new int[1];
    options.onToken = (id, position) -> ++seen[0] == 2;
    Leyden.Generation made = model.generate(ids, options);
    expect(made.ids().length == 2 && made.json().contains("stopped_by_caller"), "stopping at a token");
    options.onToken = (id, position) -> {
      throw new Oops();
    };
    comesBack(() -> model.generate(ids, options));
    fails("invalid_argument", () -> model.generate(new int[] {-1}, null));
  }

  private static void chats(Leyden.Store store, Leyden.Model model) {
    long session = store.createSession("Tower");
    try (Leyden.Chat chat = model.chat(session); Leyden.Cancel cancel = new Leyden.Cancel()) {
      expect(chat.session() == session && chat.resumeJson().contains("\"new\""), "a new chat");
      chat.addDocument("Log", "The lamp of the tower went out at nine.");
      Leyden.AskOptions options = new Leyden.AskOptions();
      options.maxTokens = 6;
      comesBack(() -> chat.ask("When?", options, event -> {
        throw new Oops();
      }));
      Leyden.Answer part = chat.ask("When did the lamp go out?", options, null);
      expect(part.finishReason().equals("length"), "a limit");
      Leyden.Answer whole = chat.goOn(options, null);
      expect(whole.text().startsWith(part.text()) && !whole.text().equals(part.text()), "going on");
      chat.answerAgain(options, null);
      expect(store.sessionMessagesJson(session).contains("\"siblings\""), "branches");
      cancel.request();
      options.cancel = cancel;
      expect(chat.ask("And then?", options, null).finishReason().equals("cancelled"), "a cancel");
      cancel.reset();
      expect(!cancel.requested(), "a reset");
      expect(chat.ask("And then?", options, null).finishReason().equals("length"), "going on after a reset");
      options.stop = List.of("e");
      options.maxTokens = 40;
      expect(!chat.ask("Who lit it?", options, null).text().contains("e"), "a stop text");
      chat.goTo(0);
      expect(chat.contextJson("Who?").contains("\"draft\""), "the context meter");
      fails("busy", () -> model.chat(session));
    }
  }

  private static void tools(Leyden.Model model) {
    try (Leyden.Toolbox toolbox = new Leyden.Toolbox(null, false); Leyden.Chat chat = model.chat(0)) {
      toolbox.addFunction(new Leyden.Tool("tide", "When the tide is high.", null, 0), call -> {
        expect(call.timeLimitSeconds() > 0 && !call.cancelled() && !call.offline(), "what a tool is told");
        throw new IllegalStateException("no gauge");
      });
      String failed = toolbox.callJson("tide", "{}", null);
      expect(failed.contains("\"is_error\":true") && failed.contains("no gauge"), "a tool that fails");
      Leyden.AskOptions options = new Leyden.AskOptions();
      options.maxTokens = 60;
      options.limits.maxSteps = 2;
      comesBack(() -> chat.run("Tell me the tide in Brest.", toolbox, options, approval -> {
        throw new Oops();
      }, null));
      String server = "{\"name\": \"x\", \"command\": [\"true\"], \"sandbox\": false}";
      String[] asked = {""};
      fails("cancelled", () -> toolbox.addMcpJson(server, approval -> {
        asked[0] = approval.arguments();
        return Leyden.Approve.deny("not now");
      }));
      expect(asked[0].contains("true"), "who approves a server sees its command");
      comesBack(() -> toolbox.addMcpJson(server, approval -> {
        throw new Oops();
      }));
      toolbox.setEnabled("tide", false);
      expect(toolbox.listJson().contains("\"enabled\":false") && toolbox.logJson().contains("tide"), "the log");
    }
  }

  private static void readings(Leyden.Model model) {
    try (Leyden.Toolbox library = new Leyden.Toolbox(null, false)) {
      Leyden.AskOptions options = new Leyden.AskOptions();
      options.maxTokens = 20;
      fails("invalid_argument", () -> library.ask(model, "Who lit the lamp?", options, null));
      library.addDocumentJson("Log", "[{\"label\": \"p. 1\", \"text\": \"The keeper lit the lamp.\"}]");
      String[] mode = {""};
      Leyden.Answer answer = library.ask(model, "Who lit the lamp?", options, event -> {
        if (event.kind() == Leyden.EVENT_READING) {
          mode[0] = event.name();
        }
      });
      expect(answer.json().contains("\"reading\"") && mode[0].equals("whole"), "a reading");
      options.reading.mode = Leyden.READING_MAP;
      expect(library.ask(model, "Who lit the lamp?", options, null).json().contains("\"mode\":\"map\""),
          "a mode that was asked for");
      comesBack(() -> library.ask(model, "Who?", options, event -> {
        throw new Oops();
      }));
    }
  }

  private static void jars(String folder) {
    Leyden.StoreOptions options = new Leyden.StoreOptions();
    options.passphrase = "one";
    try (Leyden.Store store = new Leyden.Store(folder + "/shut", options)) {
      store.changePassphrase("one", "two");
      long document = store.addDocumentJson("{\"title\": \"Log\", \"parts\": [{\"text\": \"Nine.\"}]}");
      expect(store.documentPartText(document, 0).equals("Nine."), "a part of a document");
      store.removeDocument(document);
      expect(store.documentsJson().equals("[]"), "a removed document");
      store.setSetting("theme", "dark");
      store.backup(folder + "/copy");
    }
    fails("invalid_argument", () -> new Leyden.Store(folder + "/shut", options));
    options.passphrase = "two";
    expect(Leyden.repairStoreJson(folder + "/shut", options).contains("\"pages_lost\":0"), "a repair");
    options.readOnly = true;
    try (Leyden.Store store = new Leyden.Store(folder + "/copy", options)) {
      expect(store.setting("theme").equals("dark") && store.statsJson().contains("\"encrypted\":true"), "a backup");
      fails("io", () -> store.setSetting("theme", "light"));
    }
  }

  private static void files(String folder) throws IOException {
    Files.writeString(Path.of(folder, "log.txt"), "The lamp went out at nine.\n");
    Leyden.RunOptions told = new Leyden.RunOptions();
    told.onProgress = progress -> {
      throw new Oops();
    };
    try (Leyden.File file = new Leyden.File(folder + "/log.txt", true, told)) {
      comesBack(() -> file.documentJson());
    }
    try (Leyden.File file = new Leyden.File(folder + "/log.txt", true)) {
      expect(file.pageJson(0).contains("at nine"), "a page");
      fails("unsupported", () -> file.image(0, 1));
    }
  }

  public static void main(String[] arguments) throws IOException {
    Leyden.ModelOptions options = new Leyden.ModelOptions();
    options.threads = 2;
    models();
    try (Leyden.Store store = options.store = new Leyden.Store(arguments[0] + "/jar");
        Leyden.Model model = new Leyden.Model(null, options)) {
      tokens(model);
      chats(store, model);
      tools(model);
      readings(model);
      jars(arguments[0]);
      files(arguments[0]);
    }
    System.out.println("ok");
  }
}
