// SPDX-License-Identifier: Apache-2.0
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import leyden.Leyden;

/**
 * Token ids, logits and a conversation that is kept, resumed, forked, searched and carried elsewhere: java
 * KeepExample DOCUMENT QUESTION NEXT_QUESTION FOLDER.
 */
public final class KeepExample {
  private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  private KeepExample() {}

  private static String ask(Leyden.Chat chat, String question) {
    Leyden.AskOptions options = new Leyden.AskOptions();
    options.maxTokens = 40;
    return chat.ask(question, options, null).text();
  }

  private static void rawTokens(Leyden.Model model, String text) {
    try (Leyden.Tokenizer tokenizer = model.tokenizer()) {
      byte[] greeting = tokenizer.decode(tokenizer.encode("Grüße, 世界!", Leyden.ADDED_IGNORE));
      OUT.println(new String(greeting, StandardCharsets.UTF_8));
      int[] all = tokenizer.encode(text, Leyden.ADDED_IGNORE);
      int[] ids = Arrays.copyOf(all, Math.min(all.length, 64));
      float[][] last = new float[1][];
      model.logits(ids, row -> last[0] = row, null);
      Leyden.GenerateOptions options = new Leyden.GenerateOptions();
      options.maxTokens = 4;
      for (int id : model.generate(ids, options).ids()) {
        OUT.print(id + " ");
      }
      int likeliest = 0;
      for (int id = 0; id < last[0].length; ++id) {
        likeliest = last[0][id] > last[0][likeliest] ? id : likeliest;
      }
      OUT.println("after " + likeliest);
    }
  }

  private static void resume(Leyden.Model model, long session, String question) {
    try (Leyden.Chat chat = model.chat(session)) {
      boolean fresh = chat.resumeJson().contains("\"kind\":\"new\"");
      boolean same = chat.verifyJson(null).contains("\"same\":true");
      OUT.println((fresh ? "new" : "resumed") + (same ? ", the same" : ", not the same"));
      OUT.println(ask(chat, question));
    }
  }

  public static void main(String[] arguments) throws java.io.IOException {
    if (arguments.length != 4) {
      System.err.println("usage: KeepExample DOCUMENT QUESTION NEXT_QUESTION FOLDER");
      System.exit(2);
    }
    String question = arguments[1];
    String bundle = arguments[3] + "/fork.leyden";
    String text = Files.readString(Path.of(arguments[0]));
    Leyden.ModelOptions options = new Leyden.ModelOptions();
    try (Leyden.Store store = options.store = new Leyden.Store(arguments[3] + "/jar");
        Leyden.Model model = new Leyden.Model(null, options)) {
      rawTokens(model, text);
      long session = store.createSession("The tower");
      try (Leyden.Chat chat = model.chat(session)) {
        chat.addDocument("Log book", text);
        chat.prefill(null);
        OUT.println(ask(chat, question));
      }
      long fork = store.forkSession(session, "A fork", 0);
      resume(model, session, arguments[2]);
      resume(model, fork, question);
      store.exportSessionJson(fork, bundle, null);
      store.importSessionJson(bundle, null);
      String told = store.sessionTranscript(fork, Leyden.TRANSCRIPT_MARKDOWN);
      OUT.println(told.contains(question) ? "told" : "untold");
      store.setSessionQuota(fork, 1 << 20);
      store.renameSession(store.findSession("The tower"), "Lighthouse");
      OUT.println(store.searchJson("lighthouse", 0).equals("[]") ? "lost" : "found");
      OUT.println(store.checkJson(null).contains("\"sound\":true") ? "sound" : "damaged");
    }
  }
}
