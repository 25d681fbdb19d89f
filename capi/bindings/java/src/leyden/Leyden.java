// SPDX-License-Identifier: Apache-2.0
package leyden;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Leyden from Java, through JNA. Objects are AutoCloseable; failures are LeydenException.
 *
 * <pre>{@code
 * try (Leyden.Model model = new Leyden.Model(null, 0, null); Leyden.Chat chat = model.chat(0)) {
 *   chat.addDocument("Log book", text);
 *   chat.ask("When did the lamp go out?", new Leyden.AskOptions(), e -> System.out.print(e.text()));
 * }
 * }</pre>
 */
public final class Leyden {
  private Leyden() {}

  /** A failed call: a LEYDEN_E_* number and one sentence. */
  public static final class LeydenException extends RuntimeException {
    public final int code;

    LeydenException(int code, String message) {
      super(message);
      this.code = code;
    }
  }

  /** What happens while an answer is written. kind is LEYDEN_EVENT_*; total is 0 unless it is progress. */
  public record Event(int kind, String text, String name, long done, long total, double etaSeconds) {
    public boolean isText() {
      return kind == Abi.LEYDEN_EVENT_TEXT;
    }
  }

  /** A finished answer; json is everything (leyden_answer_json). */
  public record Answer(String text, String thinking, String finishReason, String json) {}

  /** How a question is answered; zero means the default. */
  public static final class AskOptions {
    public boolean thinking;
    public boolean evidence;
    public boolean constrainReferences;
    public long maxTokens;
    public float temperature;
    public long seed;
  }

  private interface Call {
    int run(PointerByReference error);
  }

  private interface StringCall {
    int run(PointerByReference out, PointerByReference error);
  }

  /** The library: found by JNA (jna.library.path), loaded when first used. */
  private static final class Lib {
    static final Abi C = load();

    private static Abi load() {
      Abi c = Native.load(System.getProperty("leyden.library", "leyden"), Abi.class);
      PointerByReference error = new PointerByReference();
      int status = c.leyden_check_unstable(Abi.LEYDEN_UNSTABLE_REVISION, error);
      if (status != 0) {
        throw taken(c, status, error);
      }
      return c;
    }
  }

  private static LeydenException taken(Abi c, int status, PointerByReference error) {
    String message = c.leyden_error_message(error.getValue(), null).getString(0, "UTF-8");
    c.leyden_error_destroy(error.getValue());
    return new LeydenException(status, message);
  }

  private static void check(Call call) {
    PointerByReference error = new PointerByReference();
    int status = call.run(error);
    if (status != 0) {
      throw taken(Lib.C, status, error);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String string(Pointer data, long size) {
    return data == null || size == 0 ? ""
        : new String(data.getByteArray(0, (int) size), StandardCharsets.UTF_8);
  }

  private static String text(StringCall call) {
    PointerByReference out = new PointerByReference();
    check(error -> call.run(out, error));
    Pointer owned = out.getValue();
    try {
      return string(Lib.C.leyden_string_data(owned), Lib.C.leyden_string_size(owned));
    } finally {
      Lib.C.leyden_string_destroy(owned);
    }
  }

  public static String version() {
    return Lib.C.leyden_version().getString(0, "UTF-8");
  }

  public static String defaultModelPath() {
    return text((out, error) -> Lib.C.leyden_default_model_path(out, error));
  }

  /** The jar: conversations, documents, and what models have read. Any thread. */
  public static final class Store implements AutoCloseable {
    private Pointer handle;

    /** Opens or makes a folder; "" is the user's own jar. */
    public Store(String folder) {
      byte[] path = utf8(folder);
      PointerByReference out = new PointerByReference();
      check(error -> Lib.C.leyden_store_open(out, path, path.length, null, error));
      handle = out.getValue();
    }

    public long createSession(String title) {
      byte[] text = utf8(title);
      LongByReference id = new LongByReference();
      check(error -> Lib.C.leyden_session_create(id.getPointer(), handle, text, text.length, error));
      return id.getValue();
    }

    /** The id of a session by id, uuid or title; LeydenException without one. */
    public long findSession(String name) {
      byte[] text = utf8(name);
      LongByReference id = new LongByReference();
      check(error -> Lib.C.leyden_session_find(id.getPointer(), handle, text, text.length, error));
      return id.getValue();
    }

    /** See leyden_store_sessions_json. */
    public String sessionsJson(long limit, long offset) {
      return text((out, error) -> Lib.C.leyden_store_sessions_json(out, handle, limit, offset, error));
    }

    @Override
    public void close() {
      Lib.C.leyden_store_destroy(handle);
      handle = null;
    }
  }

  /** An opened model. Any thread; chats keep it alive. */
  public static final class Model implements AutoCloseable {
    private Pointer handle;

    /** Opens a folder; null is the default model. threads 0: one per core. store may be null. */
    public Model(String folder, int threads, Store store) {
      byte[] path = utf8(folder == null ? defaultModelPath() : folder);
      Abi.leyden_model_options options = new Abi.leyden_model_options();
      options.threads = threads;
      options.store = store == null ? null : store.handle;
      PointerByReference out = new PointerByReference();
      check(error -> Lib.C.leyden_model_open(out, path, path.length, options, error));
      handle = out.getValue();
    }

    /** A new chat; with a session of the model's store, one that is kept and comes back. 0: not kept. */
    public Chat chat(long session) {
      Abi.leyden_chat_options options = new Abi.leyden_chat_options();
      options.session = session;
      PointerByReference out = new PointerByReference();
      check(error -> Lib.C.leyden_chat_open(out, handle, options, error));
      return new Chat(out.getValue());
    }

    public String statsJson() {
      return text((out, error) -> Lib.C.leyden_model_stats_json(out, handle, error));
    }

    @Override
    public void close() {
      Lib.C.leyden_model_destroy(handle);
      handle = null;
    }
  }

  /** Documents, history and what the model has read of them. One call at a time. */
  public static final class Chat implements AutoCloseable {
    private Pointer handle;

    private Chat(Pointer handle) {
      this.handle = handle;
    }

    public void addDocument(String title, String body) {
      byte[] t = utf8(title);
      byte[] b = utf8(body);
      check(error -> Lib.C.leyden_chat_add_document(null, handle, t, t.length, b, b.length, error));
    }

    public void setSystem(String system) {
      byte[] text = utf8(system);
      check(error -> Lib.C.leyden_chat_set_system(handle, text, text.length, error));
    }

    /** How its session came back, see leyden_chat_resume_json. */
    public String resumeJson() {
      return text((out, error) -> Lib.C.leyden_chat_resume_json(out, handle, error));
    }

    public String messagesJson() {
      return text((out, error) -> Lib.C.leyden_chat_messages_json(out, handle, error));
    }

    /**
     * Asks. onEvent is called on another thread, before this returns; what it throws ends the answer
     * and is thrown here.
     */
    public Answer ask(String question, AskOptions o, Consumer<Event> onEvent) {
      byte[] asked = utf8(question);
      PointerByReference cancel = new PointerByReference();
      check(error -> Lib.C.leyden_cancel_create(cancel, error));
      RuntimeException[] thrown = new RuntimeException[1];
      Abi.leyden_event_fn told = (event, data) -> {
        try {
          if (thrown[0] == null) {
            onEvent.accept(eventOf(new Abi.leyden_event(event)));
          }
        } catch (RuntimeException failure) {
          thrown[0] = failure;
          Lib.C.leyden_cancel_request(cancel.getValue());
        }
      };
      Abi.leyden_sampling sampling = new Abi.leyden_sampling();
      sampling.temperature = o.temperature;
      sampling.seed = o.seed;
      sampling.write();
      Abi.leyden_ask_options options = new Abi.leyden_ask_options();
      options.thinking = (byte) (o.thinking ? 1 : 0);
      options.evidence = (byte) (o.evidence ? 1 : 0);
      options.constrain_references = (byte) (o.constrainReferences ? 1 : 0);
      options.max_tokens = o.maxTokens;
      options.sampling = sampling.getPointer();
      options.on_event = onEvent == null ? null : told;
      options.cancel = cancel.getValue();
      PointerByReference out = new PointerByReference();
      try {
        check(error -> Lib.C.leyden_chat_ask(out, handle, asked, asked.length, options, error));
        if (thrown[0] != null) {
          throw thrown[0];
        }
        Pointer answer = out.getValue();
        return new Answer(Lib.C.leyden_answer_text(answer, null).getString(0, "UTF-8"),
            Lib.C.leyden_answer_thinking(answer, null).getString(0, "UTF-8"),
            Lib.C.leyden_answer_finish_reason(answer, null).getString(0, "UTF-8"),
            text((json, error) -> Lib.C.leyden_answer_json(json, answer, error)));
      } finally {
        Lib.C.leyden_answer_destroy(out.getValue());
        Lib.C.leyden_cancel_destroy(cancel.getValue());
      }
    }

    private static Event eventOf(Abi.leyden_event e) {
      String text = string(e.text, e.text_size);
      String name = string(e.name, e.name_size);
      if (e.progress == null) {
        return new Event(e.kind, text, name, 0, 0, -1);
      }
      Abi.leyden_progress p = new Abi.leyden_progress(e.progress);
      return new Event(e.kind, text, name, p.done, p.total, p.eta_s);
    }

    @Override
    public void close() {
      Lib.C.leyden_chat_destroy(handle);
      handle = null;
    }
  }
}
