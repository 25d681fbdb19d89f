// SPDX-License-Identifier: Apache-2.0
package leyden;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.util.List;

/** What goes into calls and comes out of them; all of it is used as Leyden.NAME. */
public abstract class Values extends Handles.Functions {
  Values() {}

  public static final int PRECISION_DEPLOYED = Abi.LEYDEN_PRECISION_DEPLOYED;
  public static final int PRECISION_REFERENCE = Abi.LEYDEN_PRECISION_REFERENCE;
  public static final int ATTENTION_DSA = Abi.LEYDEN_ATTENTION_DSA;
  public static final int ATTENTION_DENSE = Abi.LEYDEN_ATTENTION_DENSE;
  public static final int ADDED_MATCH = Abi.LEYDEN_ADDED_MATCH;
  public static final int ADDED_IGNORE = Abi.LEYDEN_ADDED_IGNORE;
  /** Event.kind of Toolbox.ask: name is the mode, text the reason. */
  public static final int EVENT_READING = Abi.LEYDEN_EVENT_READING;
  public static final int READING_WHOLE = Abi.LEYDEN_READING_WHOLE;
  public static final int READING_PAGES = Abi.LEYDEN_READING_PAGES;
  public static final int READING_MAP = Abi.LEYDEN_READING_MAP;
  public static final int TRANSCRIPT_MARKDOWN = Abi.LEYDEN_TRANSCRIPT_MARKDOWN;
  public static final int TRANSCRIPT_JSON = Abi.LEYDEN_TRANSCRIPT_JSON;
  public static final int TOOL_READ_ONLY = Abi.LEYDEN_TOOL_READ_ONLY;
  public static final int TOOL_DESTRUCTIVE = Abi.LEYDEN_TOOL_DESTRUCTIVE;
  public static final int TOOL_NETWORK = Abi.LEYDEN_TOOL_NETWORK;

  /** A failed call: a LEYDEN_E_* number, its spelling ("not_found") and one sentence. */
  public static final class LeydenException extends RuntimeException {
    public final int code;
    public final String name;

    LeydenException(int code, String name, String message) {
      super(message);
      this.code = code;
      this.name = name;
    }
  }

  /** How far long work has come; etaSeconds is negative while unknown. */
  public record Progress(String phase, String unit, long done, long total, double etaSeconds) {}

  /** What happens while an answer is written. kind is LEYDEN_EVENT_*; total is 0 unless it is progress. */
  public record Event(int kind, String text, String name, long done, long total, double etaSeconds) {
    public boolean isText() {
      return kind == Abi.LEYDEN_EVENT_TEXT;
    }
  }

  /** A finished answer; json is everything (leyden_answer_json). */
  public record Answer(String text, String thinking, String finishReason, String json) {}

  /** Continued ids; json is everything (leyden_generation_json). */
  public record Generation(int[] ids, String json) {}

  /** Added to the logit of an id. */
  public record LogitBias(int id, float bias) {}

  /** How the next token is chosen; all zero: always the likeliest. */
  public static final class Sampling {
    public float temperature;
    public float topP;
    public int topK;
    public float minP;
    public float repetitionPenalty;
    public float presencePenalty;
    public float frequencyPenalty;
    public long seed;
    public List<LogitBias> logitBias = List.of();

    Pointer inC(Watch watch) {
      Abi.leyden_sampling c = watch.keep(new Abi.leyden_sampling());
      c.temperature = temperature;
      c.top_p = topP;
      c.top_k = topK;
      c.min_p = minP;
      c.repetition_penalty = repetitionPenalty;
      c.presence_penalty = presencePenalty;
      c.frequency_penalty = frequencyPenalty;
      c.seed = seed;
      if (!logitBias.isEmpty()) {
        Memory biases = watch.keep(new Memory(8L * logitBias.size()));
        for (int i = 0; i < logitBias.size(); ++i) {
          biases.setInt(8L * i, logitBias.get(i).id());
          biases.setFloat(8L * i + 4, logitBias.get(i).bias());
        }
        c.logit_bias = biases;
        c.n_logit_bias = logitBias.size();
      }
      c.write();
      return c.getPointer();
    }
  }

  /** Is told of each token; true ends the generation behind it. */
  public interface TokenListener {
    boolean stopsAt(int id, long position);
  }

  /** Where Chat.run ends; 0 is the default of each. */
  public static final class RunLimits {
    public int maxSteps;
    public double maxSeconds;
    public double toolSeconds;
    public long maxTokens;
  }

  /** How Toolbox.ask reads; zero is the default of each. */
  public static final class ReadingOptions {
    /** Of LEYDEN_READING_*. */
    public int mode;
    /** Of one prompt with its answer. */
    public long contextTokens;
  }

  /** What a memory plan is made for; zero is the default of each. */
  public static final class PlanOptions {
    public int precision;
    public int attention;
    public long context;
    public long sessions;
    public long chunkTokens;
    /** Memory of each GPU; none: the CPU. */
    public long[] gpuBytes = {};
    public long hostBytes;
  }

  /** How a jar is opened. */
  public static final class StoreOptions {
    /** Encrypts a new jar, opens an encrypted one; "": not encrypted. */
    public String passphrase = "";
    public boolean readOnly;
    /** Most bytes of KV kept; 0: no limit. */
    public long quotaBytes;

    Abi.leyden_store_options inC() {
      Abi.leyden_store_options c = new Abi.leyden_store_options();
      byte[] secret = Calls.utf8(passphrase);
      c.passphrase = Calls.memory(secret);
      c.passphrase_size = Calls.size(secret);
      c.read_only = (byte) (readOnly ? 1 : 0);
      c.quota_bytes = quotaBytes;
      return c;
    }
  }

  /** A function of this program as a tool. parameters: a JSON Schema of an object, or null; flags: TOOL_*. */
  public record Tool(String name, String description, String parameters, int flags) {}

  /** One call of a function of this program, while it runs; arguments are JSON; offline: open no socket. */
  public record ToolCall(String name, String arguments, boolean offline, double timeLimitSeconds, Pointer cancel) {
    /** Whether to stop. */
    public boolean cancelled() {
      return Calls.Lib.C.leyden_cancel_requested(cancel) != 0;
    }
  }

  /**
   * A call that waits for the user's word; flags are TOOL_*. libraryText: words of the user's documents that it
   * would pass on; hosts: machines that its arguments name.
   */
  public record Approval(String name, String origin, String description, String arguments, int flags,
      boolean onceOnly, boolean sharesLibrary, String libraryText, String hosts) {}

  /** The user's word: LEYDEN_APPROVE_*, and why not. */
  public record Approve(int scope, String why) {
    public static Approve once() {
      return new Approve(Abi.LEYDEN_APPROVE_ONCE, "");
    }

    public static Approve session() {
      return new Approve(Abi.LEYDEN_APPROVE_SESSION, "");
    }

    public static Approve always() {
      return new Approve(Abi.LEYDEN_APPROVE_ALWAYS, "");
    }

    public static Approve deny(String why) {
      return new Approve(Abi.LEYDEN_APPROVE_DENY, why);
    }
  }
}
