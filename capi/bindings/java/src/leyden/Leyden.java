// SPDX-License-Identifier: Apache-2.0
package leyden;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Leyden from Java, through JNA: all of leyden.h. Objects are AutoCloseable; failures are LeydenException.
 * Methods that go by rule are in Handles, options and results in Values. Where options may be null, that means the defaults.
 *
 * <pre>{@code
 * try (Leyden.Model model = new Leyden.Model(); Leyden.Chat chat = model.chat(0)) {
 *   chat.addDocument("Log book", text);
 *   chat.ask("When did the lamp go out?", null, e -> System.out.print(e.text()));
 * }
 * }</pre>
 */
public final class Leyden extends Values {
  private Leyden() {}

  /** A flag that asks running calls to stop, from any thread. */
  public static final class Cancel implements AutoCloseable {
    Pointer handle = Calls.handle((out, error) -> Calls.Lib.C.leyden_cancel_create(out, error));

    public void request() {
      Calls.Lib.C.leyden_cancel_request(handle);
    }

    public void reset() {
      Calls.Lib.C.leyden_cancel_reset(handle);
    }

    public boolean requested() {
      return Calls.Lib.C.leyden_cancel_requested(handle) != 0;
    }

    @Override
    public void close() {
      Calls.Lib.C.leyden_cancel_destroy(handle);
      handle = null;
    }
  }

  /** What any long call may be given. */
  public static final class RunOptions {
    public Consumer<Progress> onProgress;
    public Cancel cancel;
  }

  /** How token ids are continued. */
  public static final class GenerateOptions {
    public long maxTokens;
    public int[] stopIds = {};
    public Sampling sampling = new Sampling();
    public TokenListener onToken;
    public Consumer<Progress> onProgress;
    public Cancel cancel;
  }

  /** How a question is answered; zero means the default. */
  public static final class AskOptions {
    public boolean thinking;
    /** 1: note where attention looked; 2: tell it while the answer is written, too. */
    public int evidence;
    public boolean constrainReferences;
    public boolean clampQuotes;
    public long maxTokens;
    public List<String> stop = List.of();
    public Sampling sampling = new Sampling();
    /** A JSON Schema the answer satisfies; "": free. */
    public String schema = "";
    public Cancel cancel;
    public RunLimits limits = new RunLimits();
    /** Of Toolbox.ask. */
    public ReadingOptions reading = new ReadingOptions();
  }

  public static String version() {
    return Calls.terminated(Calls.Lib.C.leyden_version());
  }

  /** The number of the C interface of the library that runs. */
  public static int abi() {
    return Calls.Lib.C.leyden_abi();
  }

  /** Whether the library that runs has a feature, e.g. "chat/evidence". */
  public static boolean has(String feature) {
    return Calls.Lib.C.leyden_has(Calls.utf8(feature + "\0")) != 0;
  }

  private static byte[] modelFolder(String folder) {
    return Calls.utf8(folder == null ? defaultModelPath() : folder);
  }

  /** Whether a model fits and what would, see leyden_plan_json. folder null: the default model. */
  public static String planJson(String folder, PlanOptions o) {
    byte[] path = modelFolder(folder);
    Abi.leyden_plan_options c = new Abi.leyden_plan_options();
    c.precision = o.precision;
    c.attention = o.attention;
    c.context = o.context;
    c.sessions = o.sessions;
    c.chunk_tokens = o.chunkTokens;
    c.gpu_bytes = Calls.memory(o.gpuBytes);
    c.n_gpus = o.gpuBytes.length;
    c.host_bytes = o.hostBytes;
    return Calls.text((out, error) -> Calls.Lib.C.leyden_plan_json(out, path, path.length, c, error));
  }

  /** Rebuilds a jar that nobody has open, see leyden_store_repair_json. */
  public static String repairStoreJson(String folder, StoreOptions options) {
    byte[] path = Calls.utf8(folder);
    Abi.leyden_store_options c = options == null ? null : options.inC();
    return Calls.text((out, error) ->
        Calls.Lib.C.leyden_store_repair_json(out, path, Calls.size(path), c, error));
  }

  /** The jar: conversations, documents, and what models have read. Any thread. */
  public static final class Store extends Handles.StoreHandle {
    /** Opens or makes a folder; "" is the user's own jar. */
    public Store(String folder) {
      this(folder, null);
    }

    public Store(String folder, StoreOptions options) {
      byte[] path = Calls.utf8(folder);
      Abi.leyden_store_options c = options == null ? null : options.inC();
      handle = Calls.handle((out, error) ->
          Calls.Lib.C.leyden_store_open(out, path, Calls.size(path), c, error));
    }
  }

  /** A vocabulary with its rules. Immutable; any thread. */
  public static final class Tokenizer extends Handles.TokenizerHandle {
    /** Reads a model folder's tokenizer.json and no weights. */
    public Tokenizer(String folder) {
      byte[] path = Calls.utf8(folder);
      handle = Calls.handle((out, error) ->
          Calls.Lib.C.leyden_tokenizer_open(out, path, Calls.size(path), error));
    }

    private Tokenizer(Pointer owned) {
      handle = owned;
    }
  }

  /** How a model is opened; zero means the default. */
  public static final class ModelOptions {
    public int precision;
    public int attention;
    public int form;
    public int threads;
    public long chunkTokens;
    public long kvBytes;
    public long storeBytes;
    public String chatFormat = "";
    /** "cpu", "cuda", "cuda:N"; "": cpu. */
    public String device = "";
    public Store store;
    public Consumer<Progress> onProgress;
    public Cancel cancel;
  }

  /** An opened model. Any thread; chats keep it alive. */
  public static final class Model extends Handles.ModelHandle {
    /** The default model. */
    public Model() {
      this(null, null);
    }

    /** Opens a folder; null is the default model. */
    public Model(String folder, ModelOptions options) {
      byte[] path = modelFolder(folder);
      ModelOptions o = options == null ? new ModelOptions() : options;
      Abi.leyden_model_options c = new Abi.leyden_model_options();
      c.precision = o.precision;
      c.attention = o.attention;
      c.form = o.form;
      c.threads = o.threads;
      c.chunk_tokens = o.chunkTokens;
      c.kv_bytes = o.kvBytes;
      c.store_bytes = o.storeBytes;
      byte[] format = Calls.utf8(o.chatFormat);
      c.chat_format = Calls.memory(format);
      c.chat_format_size = Calls.size(format);
      byte[] device = Calls.utf8(o.device);
      c.device = Calls.memory(device);
      c.device_size = Calls.size(device);
      c.store = o.store == null ? null : o.store.handle;
      try (Watch watch = new Watch(o.cancel)) {
        c.on_progress = watch.progress(o.onProgress);
        c.cancel = watch.cancel;
        handle = watch.run(() -> Calls.handle((out, error) ->
            Calls.Lib.C.leyden_model_open(out, path, path.length, c, error)));
      }
    }

    public Tokenizer tokenizer() {
      return new Tokenizer(
          Calls.handle((out, error) -> Calls.Lib.C.leyden_model_tokenizer(out, handle, error)));
    }

    /** A new chat; with a session of the model's store, one that is kept and comes back. 0: not kept. */
    public Chat chat(long session) {
      return chat(session, null);
    }

    public Chat chat(long session, RunOptions run) {
      return Calls.watched(run, watched -> {
        Abi.leyden_chat_options c = new Abi.leyden_chat_options();
        c.session = session;
        c.on_progress = watched.on_progress;
        c.cancel = watched.cancel;
        return new Chat(Calls.handle((out, error) -> Calls.Lib.C.leyden_chat_open(out, handle, c, error)));
      });
    }

    /** Continues token ids. */
    public Generation generate(int[] ids, GenerateOptions options) {
      GenerateOptions o = options == null ? new GenerateOptions() : options;
      Abi.leyden_generate_options c = new Abi.leyden_generate_options();
      c.max_tokens = o.maxTokens;
      c.stop_ids = Calls.memory(o.stopIds);
      c.n_stop_ids = o.stopIds.length;
      try (Watch watch = new Watch(o.cancel)) {
        c.sampling = o.sampling.inC(watch);
        c.on_token = watch.token(o.onToken);
        c.on_progress = watch.progress(o.onProgress);
        c.cancel = watch.cancel;
        Pointer[] made = new Pointer[1];
        try {
          watch.run(() -> made[0] = Calls.handle((out, error) ->
              Calls.Lib.C.leyden_model_generate(out, handle, ids, ids.length, c, error)));
          Memory n = new Memory(Long.BYTES);
          Pointer data = Calls.Lib.C.leyden_generation_ids(made[0], n);
          return new Generation(Calls.ids(data, n.getLong(0)),
              Calls.text((out, error) -> Calls.Lib.C.leyden_generation_json(out, made[0], error)));
        } finally {
          Calls.Lib.C.leyden_generation_destroy(made[0]);
        }
      }
    }

    /** Logits of every position, teacher-forced: take is handed a row for each id, in order. */
    public void logits(int[] ids, Consumer<float[]> take, RunOptions run) {
      RunOptions o = run == null ? new RunOptions() : run;
      try (Watch watch = new Watch(o.cancel)) {
        Abi.leyden_run_options c = new Abi.leyden_run_options();
        c.on_progress = watch.progress(o.onProgress);
        c.cancel = watch.cancel;
        Abi.leyden_logits_fn sink = watch.logits(take);
        watch.run(() -> {
          Calls.check(error ->
              Calls.Lib.C.leyden_model_logits(handle, ids, ids.length, sink, null, c, error));
          return null;
        });
      }
    }
  }

  /** A picture of a page: rows from the top, each pixel B, G, R, A, premultiplied. */
  public static final class Image extends Handles.ImageHandle {
    private Image(Pointer owned) {
      handle = owned;
    }

    /** A copy of the pixels. */
    public byte[] data() {
      return Calls.Lib.C.leyden_image_data(handle).getByteArray(0, Math.toIntExact(stride() * height()));
    }
  }

  /** A document file, read in a sandboxed process. One call at a time. */
  public static final class File extends Handles.FileHandle {
    private final Watch watch;

    /** allowUnsandboxed: go on where the system offers no sandbox. */
    public File(String path, boolean allowUnsandboxed) {
      this(path, allowUnsandboxed, new RunOptions());
    }

    /** run: onProgress of documentJson; cancel of every call on the file, which it must outlive. */
    public File(String path, boolean allowUnsandboxed, RunOptions run) {
      byte[] bytes = Calls.utf8(path);
      watch = new Watch(run.cancel);
      Abi.leyden_file_options options = new Abi.leyden_file_options();
      options.allow_unsandboxed = (byte) (allowUnsandboxed ? 1 : 0);
      options.on_progress = watch.progress(run.onProgress);
      options.cancel = watch.cancel;
      try {
        handle = Calls.handle((out, error) ->
            Calls.Lib.C.leyden_file_open(out, bytes, Calls.size(bytes), options, error));
      } finally {
        if (handle == null) {
          watch.close();
        }
      }
    }

    @Override
    public String documentJson() {
      return watch.run(super::documentJson);
    }

    @Override
    public void close() {
      super.close();
      watch.close();
    }

    /** A picture of a page of a file with layout; scale: pixels a point. */
    public Image image(int page, double scale) {
      return new Image(Calls.handle((out, error) ->
          Calls.Lib.C.leyden_file_page_image(out, handle, page, scale, error)));
    }
  }

  /** Tools for Chat.run. Any thread; must outlive the runs that use it. */
  public static final class Toolbox extends Handles.ToolboxHandle {
    private final List<Abi.leyden_tool_fn> kept = new CopyOnWriteArrayList<>();

    /** With a store, its documents are the library that the tools search and open read. */
    public Toolbox(Store store, boolean offline) {
      Abi.leyden_toolbox_options options = new Abi.leyden_toolbox_options();
      options.offline = (byte) (offline ? 1 : 0);
      options.store = store == null ? null : store.handle;
      handle = Calls.handle((out, error) -> Calls.Lib.C.leyden_toolbox_create(out, options, error));
    }

    /**
     * A question over all documents of the library, however many; the answer's json has "reading"
     * (leyden_toolbox_ask). onEvent as of Chat.
     */
    public Answer ask(Model model, String question, AskOptions options, Consumer<Event> onEvent) {
      byte[] asked = Calls.utf8(question);
      ReadingOptions how = options == null ? new ReadingOptions() : options.reading;
      return Chat.write(options, onEvent, (watch, c, out, error) -> {
        c.write();
        Abi.leyden_reading_options reading = new Abi.leyden_reading_options();
        reading.mode = how.mode;
        reading.context_tokens = how.contextTokens;
        reading.ask = c.getPointer();
        return Calls.Lib.C.leyden_toolbox_ask(
            out, handle, model.handle, asked, Calls.size(asked), reading, error);
      });
    }

    /** What the function throws is a failure that the model reads. */
    public void addFunction(Tool tool, Function<ToolCall, String> function) {
      Abi.leyden_tool_fn run = (call, reply, data) -> {
        Abi.leyden_tool_call c = new Abi.leyden_tool_call(call);
        int failed = 0;
        String said;
        try {
          said = function.apply(new ToolCall(Calls.string(c.name, c.name_size),
              Calls.string(c.arguments, c.arguments_size), c.offline != 0, c.time_limit_s, c.cancel));
        } catch (RuntimeException failure) {
          said = String.valueOf(failure.getMessage());
          failed = 1;
        }
        byte[] bytes = Calls.utf8(said);
        Calls.Lib.C.leyden_tool_reply_set(reply, bytes, Calls.size(bytes));
        return failed;
      };
      Abi.leyden_tool_desc desc = new Abi.leyden_tool_desc();
      desc.flags = tool.flags();
      byte[] name = Calls.utf8(tool.name());
      desc.name = Calls.memory(name);
      desc.name_size = Calls.size(name);
      byte[] description = Calls.utf8(tool.description());
      desc.description = Calls.memory(description);
      desc.description_size = Calls.size(description);
      byte[] parameters = Calls.utf8(tool.parameters());
      desc.parameters = Calls.memory(parameters);
      desc.parameters_size = Calls.size(parameters);
      Calls.check(error -> Calls.Lib.C.leyden_toolbox_add_function(handle, desc, run, null, null, error));
      kept.add(run);
    }

    /** Connects to an MCP server, see leyden_toolbox_add_mcp_json. approve is asked first; null: refused. */
    public void addMcpJson(String server, Function<Approval, Approve> approve) {
      byte[] json = Calls.utf8(server);
      try (Watch watch = new Watch(null)) {
        Abi.leyden_approve_fn ask = watch.approve(approve);
        watch.run(() -> {
          Calls.check(error ->
              Calls.Lib.C.leyden_toolbox_add_mcp_json(handle, json, Calls.size(json), ask, null, error));
          return null;
        });
      }
    }
  }

  /**
   * Documents, history and what the model has read of them. One call at a time. onEvent is called on another
   * thread, before the call returns; what it throws ends the answer and is thrown there. It may be null.
   */
  public static final class Chat extends Handles.ChatHandle {
    private Chat(Pointer owned) {
      handle = owned;
    }

    public Answer ask(String question, AskOptions options, Consumer<Event> onEvent) {
      byte[] asked = Calls.utf8(question);
      return write(options, onEvent, (watch, c, out, error) ->
          Calls.Lib.C.leyden_chat_ask(out, handle, asked, Calls.size(asked), c, error));
    }

    /** Answers the last answer's tool calls, and lets the model go on; json: a list of texts. */
    public Answer submitToolResultsJson(String json, AskOptions options, Consumer<Event> onEvent) {
      byte[] results = Calls.utf8(json);
      return write(options, onEvent, (watch, c, out, error) ->
          Calls.Lib.C.leyden_chat_submit_tool_results_json(
              out, handle, results, Calls.size(results), c, error));
    }

    /** Writes the last answer anew; a kept chat keeps the old one beside it. */
    public Answer answerAgain(AskOptions options, Consumer<Event> onEvent) {
      return write(options, onEvent, (watch, c, out, error) ->
          Calls.Lib.C.leyden_chat_answer_again(out, handle, c, error));
    }

    /** Goes on with an answer of a kept chat that was interrupted or reached its limit. */
    public Answer goOn(AskOptions options, Consumer<Event> onEvent) {
      return write(options, onEvent, (watch, c, out, error) ->
          Calls.Lib.C.leyden_chat_continue(out, handle, c, error));
    }

    /**
     * ask() with tools. approve is called on this thread for calls that need the user's word; null: only
     * the library's own tools run. What it throws denies the call and is thrown here.
     */
    public Answer run(String question, Toolbox toolbox, AskOptions options,
        Function<Approval, Approve> approve, Consumer<Event> onEvent) {
      byte[] asked = Calls.utf8(question);
      RunLimits limits = options == null ? new RunLimits() : options.limits;
      return write(options, onEvent, (watch, c, out, error) -> {
        c.write();
        Abi.leyden_agent_options agent = new Abi.leyden_agent_options();
        agent.ask = c.getPointer();
        agent.max_steps = limits.maxSteps;
        agent.max_seconds = limits.maxSeconds;
        agent.tool_seconds = limits.toolSeconds;
        agent.max_tokens = limits.maxTokens;
        agent.approve = watch.approve(approve);
        return Calls.Lib.C.leyden_chat_run(
            out, handle, toolbox.handle, asked, Calls.size(asked), agent, error);
      });
    }

    private interface Writing {
      int run(Watch watch, Abi.leyden_ask_options options,
          PointerByReference out, PointerByReference error);
    }

    private static Answer write(AskOptions options, Consumer<Event> onEvent, Writing call) {
      AskOptions o = options == null ? new AskOptions() : options;
      try (Watch watch = new Watch(o.cancel)) {
        Abi.leyden_ask_options c = new Abi.leyden_ask_options();
        c.thinking = (byte) (o.thinking ? 1 : 0);
        c.evidence = (byte) o.evidence;
        c.constrain_references = (byte) (o.constrainReferences ? 1 : 0);
        c.clamp_quotes = (byte) (o.clampQuotes ? 1 : 0);
        c.max_tokens = o.maxTokens;
        c.stop = watch.texts(o.stop);
        c.n_stop = o.stop.size();
        c.sampling = o.sampling.inC(watch);
        byte[] schema = Calls.utf8(o.schema);
        c.schema = Calls.memory(schema);
        c.schema_size = Calls.size(schema);
        c.on_event = watch.event(onEvent);
        c.cancel = watch.cancel;
        Pointer[] answer = new Pointer[1];
        try {
          watch.run(() -> answer[0] = Calls.handle((out, error) -> call.run(watch, c, out, error)));
          return new Answer(Calls.terminated(Calls.Lib.C.leyden_answer_text(answer[0], null)),
              Calls.terminated(Calls.Lib.C.leyden_answer_thinking(answer[0], null)),
              Calls.terminated(Calls.Lib.C.leyden_answer_finish_reason(answer[0], null)),
              Calls.text((json, error) -> Calls.Lib.C.leyden_answer_json(json, answer[0], error)));
        } finally {
          Calls.Lib.C.leyden_answer_destroy(answer[0]);
        }
      }
    }
  }
}
