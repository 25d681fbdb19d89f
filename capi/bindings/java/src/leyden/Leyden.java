// SPDX-License-Identifier: Apache-2.0
package leyden;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;

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

  /** Never of size 0, which JNA cannot allocate. */
  private static Memory memory(byte[] bytes) {
    Memory out = new Memory(bytes.length + 1L);
    out.write(0, bytes, 0, bytes.length);
    return out;
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

  /** What a model can compute on here, see leyden_devices_json. */
  public static String devicesJson() {
    return text((out, error) -> Lib.C.leyden_devices_json(out, error));
  }

  /**
   * Whether a model fits and what would, see leyden_plan_json. folder null: the default model; context and
   * sessions 0: the defaults; no gpuBytes: planned for the CPU.
   */
  public static String planJson(String folder, long context, long sessions, long... gpuBytes) {
    byte[] path = utf8(folder == null ? defaultModelPath() : folder);
    Abi.leyden_plan_options options = new Abi.leyden_plan_options();
    options.context = context;
    options.sessions = sessions;
    if (gpuBytes.length > 0) {
      Memory gpus = new Memory(8L * gpuBytes.length);
      gpus.write(0, gpuBytes, 0, gpuBytes.length);
      options.gpu_bytes = gpus;
      options.n_gpus = gpuBytes.length;
    }
    return text((out, error) -> Lib.C.leyden_plan_json(out, path, path.length, options, error));
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

    /** Adds a document, e.g. File.documentJson(); its id. */
    public long addDocumentJson(String json) {
      byte[] text = utf8(json);
      LongByReference id = new LongByReference();
      check(error -> Lib.C.leyden_document_add_json(id.getPointer(), handle, text, text.length, error));
      return id.getValue();
    }

    /** See leyden_store_search_json; limit 0: 50. */
    public String searchJson(String query, long limit) {
      byte[] text = utf8(query);
      return text((out, error) ->
          Lib.C.leyden_store_search_json(out, handle, text, text.length, limit, error));
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

  /** A picture of a page: rows from the top, each pixel B, G, R, A, premultiplied. */
  public record Image(int width, int height, int stride, byte[] data) {}

  /** A document file, read in a sandboxed process. One call at a time. */
  public static final class File implements AutoCloseable {
    private Pointer handle;

    /** allowUnsandboxed: go on where the system offers no sandbox. */
    public File(String path, boolean allowUnsandboxed) {
      byte[] bytes = utf8(path);
      Abi.leyden_file_options options = new Abi.leyden_file_options();
      options.allow_unsandboxed = (byte) (allowUnsandboxed ? 1 : 0);
      PointerByReference out = new PointerByReference();
      check(error -> Lib.C.leyden_file_open(out, bytes, bytes.length, options, error));
      handle = out.getValue();
    }

    public String infoJson() {
      return text((out, error) -> Lib.C.leyden_file_info_json(out, handle, error));
    }

    /** A page's text and the boxes of its words, see leyden_file_page_json. */
    public String pageJson(int page) {
      return text((out, error) -> Lib.C.leyden_file_page_json(out, handle, page, error));
    }

    /** A picture of a page of a file with layout; scale: pixels a point. */
    public Image image(int page, double scale) {
      PointerByReference out = new PointerByReference();
      check(error -> Lib.C.leyden_file_page_image(out, handle, page, scale, error));
      Pointer image = out.getValue();
      try {
        int height = Lib.C.leyden_image_height(image);
        int stride = (int) Lib.C.leyden_image_stride(image);
        return new Image(Lib.C.leyden_image_width(image), height, stride,
            Lib.C.leyden_image_data(image).getByteArray(0, stride * height));
      } finally {
        Lib.C.leyden_image_destroy(image);
      }
    }

    /** All of it, as Store.addDocumentJson takes it. */
    public String documentJson() {
      return text((out, error) -> Lib.C.leyden_file_document_json(out, handle, error));
    }

    @Override
    public void close() {
      Lib.C.leyden_file_destroy(handle);
      handle = null;
    }
  }

  /** A function of this program as a tool. parameters: a JSON Schema of an object, or null. */
  public record Tool(String name, String description, String parameters, int flags) {}

  /** A call that waits for the user's word; flags are LEYDEN_TOOL_*. */
  public record Approval(String name, String origin, String description, String arguments, int flags,
      boolean onceOnly, boolean sharesLibrary) {}

  /** The user's word: LEYDEN_APPROVE_*, and why not. */
  public record Approve(int scope, String why) {
    public static Approve once() {
      return new Approve(Abi.LEYDEN_APPROVE_ONCE, "");
    }

    public static Approve deny(String why) {
      return new Approve(Abi.LEYDEN_APPROVE_DENY, why);
    }
  }

  /** Tools for Chat.run. Any thread; must outlive the runs that use it. */
  public static final class Toolbox implements AutoCloseable {
    private Pointer handle;
    private final List<Abi.leyden_tool_fn> kept = new CopyOnWriteArrayList<>();

    /** With a store, its documents are the library that the tools search and open read. */
    public Toolbox(Store store, boolean offline) {
      Abi.leyden_toolbox_options options = new Abi.leyden_toolbox_options();
      options.offline = (byte) (offline ? 1 : 0);
      options.store = store == null ? null : store.handle;
      PointerByReference out = new PointerByReference();
      check(error -> Lib.C.leyden_toolbox_create(out, options, error));
      handle = out.getValue();
    }

    /** The function takes the arguments as JSON; what it throws is a failure that the model reads. */
    public void addFunction(Tool tool, Function<String, String> function) {
      Abi.leyden_tool_fn run = (call, reply, data) -> {
        Abi.leyden_tool_call c = new Abi.leyden_tool_call(call);
        int failed = 0;
        String said;
        try {
          said = function.apply(string(c.arguments, c.arguments_size));
        } catch (RuntimeException failure) {
          said = String.valueOf(failure.getMessage());
          failed = 1;
        }
        byte[] bytes = utf8(said);
        Lib.C.leyden_tool_reply_set(reply, bytes, bytes.length);
        return failed;
      };
      Abi.leyden_tool_desc desc = new Abi.leyden_tool_desc();
      desc.flags = tool.flags();
      byte[] name = utf8(tool.name());
      byte[] description = utf8(tool.description());
      desc.name = memory(name);
      desc.name_size = name.length;
      desc.description = memory(description);
      desc.description_size = description.length;
      if (tool.parameters() != null) {
        byte[] parameters = utf8(tool.parameters());
        desc.parameters = memory(parameters);
        desc.parameters_size = parameters.length;
      }
      check(error -> Lib.C.leyden_toolbox_add_function(handle, desc, run, null, null, error));
      kept.add(run);
    }

    /** Adds the plugins of a folder; null: those that came with the library. A JSON list of problems. */
    public String addPlugins(String folder) {
      byte[] bytes = folder == null ? null : utf8(folder);
      return text((out, error) ->
          Lib.C.leyden_toolbox_add_plugins(out, handle, bytes, bytes == null ? 0 : bytes.length, error));
    }

    /** Adds a document to a library in memory; pages: [{"label", "text"}]. */
    public void addDocumentJson(String title, String pages) {
      byte[] t = utf8(title);
      byte[] p = utf8(pages);
      check(error -> Lib.C.leyden_toolbox_add_document_json(handle, t, t.length, p, p.length, error));
    }

    /** Calls a tool without a model, see leyden_toolbox_call_json. */
    public String callJson(String name, String arguments) {
      byte[] n = utf8(name);
      byte[] a = utf8(arguments);
      return text((out, error) ->
          Lib.C.leyden_toolbox_call_json(out, handle, n, n.length, a, a.length, null, error));
    }

    public String listJson() {
      return text((out, error) -> Lib.C.leyden_toolbox_list_json(out, handle, error));
    }

    public String logJson() {
      return text((out, error) -> Lib.C.leyden_toolbox_log_json(out, handle, error));
    }

    public void setEnabled(String name, boolean enabled) {
      byte[] n = utf8(name);
      check(error -> Lib.C.leyden_toolbox_set_enabled(handle, n, n.length, enabled ? 1 : 0, error));
    }

    public void setOffline(boolean offline) {
      check(error -> Lib.C.leyden_toolbox_set_offline(handle, offline ? 1 : 0, error));
    }

    @Override
    public void close() {
      Lib.C.leyden_toolbox_destroy(handle);
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
      return write(o, onEvent, (out, options, error) ->
          Lib.C.leyden_chat_ask(out, handle, asked, asked.length, options, error));
    }

    /**
     * ask() with tools. approve is called on this thread for calls that need the user's word; null: only
     * the library's own tools run. What it throws denies the call and is thrown here.
     */
    public Answer run(String question, Toolbox toolbox, AskOptions o, Function<Approval, Approve> approve,
        Consumer<Event> onEvent) {
      byte[] asked = utf8(question);
      RuntimeException[] thrown = new RuntimeException[1];
      Abi.leyden_approve_fn askUser = (approval, answer, data) -> {
        try {
          Approve said = approve.apply(approvalOf(new Abi.leyden_approval(approval)));
          byte[] why = utf8(said.why());
          Lib.C.leyden_approval_deny_reason(answer, why, why.length);
          return said.scope();
        } catch (RuntimeException failure) {
          thrown[0] = failure;
          return Abi.LEYDEN_APPROVE_DENY;
        }
      };
      Answer answer = write(o, onEvent, (out, options, error) -> {
        options.write();
        Abi.leyden_agent_options agent = new Abi.leyden_agent_options();
        agent.ask = options.getPointer();
        agent.approve = approve == null ? null : askUser;
        return Lib.C.leyden_chat_run(out, handle, toolbox.handle, asked, asked.length, agent, error);
      });
      if (thrown[0] != null) {
        throw thrown[0];
      }
      return answer;
    }

    private interface Writing {
      int run(PointerByReference out, Abi.leyden_ask_options options, PointerByReference error);
    }

    private static Answer write(AskOptions o, Consumer<Event> onEvent, Writing call) {
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
        check(error -> call.run(out, options, error));
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

    private static Approval approvalOf(Abi.leyden_approval a) {
      return new Approval(a.name.getString(0, "UTF-8"), a.origin.getString(0, "UTF-8"),
          a.description.getString(0, "UTF-8"), string(a.arguments, a.arguments_size), a.flags,
          a.once_only != 0, a.shares_library != 0);
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
