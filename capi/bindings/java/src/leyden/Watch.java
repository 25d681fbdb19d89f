// SPDX-License-Identifier: Apache-2.0
package leyden;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The callbacks of one call, in C's terms. What one throws may not pass through C: it stops the call and is
 * thrown behind it. Keeps alive what C is handed until it is closed.
 */
final class Watch implements AutoCloseable {
  final Pointer cancel;
  private final Leyden.Cancel own;
  private final List<Object> kept = new ArrayList<>();
  private volatile Throwable thrown;

  /** cancel may be null. */
  Watch(Leyden.Cancel given) {
    own = given == null ? new Leyden.Cancel() : null;
    cancel = given == null ? own.handle : given.handle;
  }

  <T> T keep(T object) {
    kept.add(object);
    return object;
  }

  /** An array of leyden_text; null for none. */
  Pointer texts(List<String> texts) {
    Memory array = texts.isEmpty() ? null : keep(new Memory(16L * texts.size()));
    for (int i = 0; i < texts.size(); ++i) {
      byte[] text = Calls.utf8(texts.get(i));
      array.setPointer(16L * i, keep(Calls.memory(text)));
      array.setLong(16L * i + 8, Calls.size(text));
    }
    return array;
  }

  /** Runs the call, and throws what a callback threw meanwhile. */
  <T> T run(Supplier<T> call) {
    try {
      T result = call.get();
      rethrow();
      return result;
    } catch (Leyden.LeydenException failure) {
      rethrow();
      throw failure;
    }
  }

  /** Runs a callback; false where it threw, or one did before. */
  boolean guarded(Runnable callback) {
    if (thrown != null) {
      return false;
    }
    try {
      callback.run();
      return true;
    } catch (RuntimeException | Error failure) {
      thrown = failure;
      Calls.Lib.C.leyden_cancel_request(cancel);
      return false;
    }
  }

  private void rethrow() {
    if (thrown instanceof Error error) {
      throw error;
    }
    if (thrown != null) {
      throw (RuntimeException) thrown;
    }
  }

  Abi.leyden_progress_fn progress(Consumer<Leyden.Progress> told) {
    return told == null ? null : keep((progress, data) -> guarded(() -> {
      Abi.leyden_progress p = new Abi.leyden_progress(progress);
      told.accept(new Leyden.Progress(Calls.terminated(p.phase), Calls.terminated(p.unit), p.done, p.total, p.eta_s));
    }));
  }

  Abi.leyden_event_fn event(Consumer<Leyden.Event> told) {
    return told == null ? null
        : keep((event, data) -> guarded(() -> told.accept(eventOf(new Abi.leyden_event(event)))));
  }

  Abi.leyden_token_fn token(Leyden.TokenListener told) {
    return told == null ? null : keep((id, position, data) -> {
      boolean[] stop = new boolean[1];
      return !guarded(() -> stop[0] = told.stopsAt(id, position)) || stop[0] ? 1 : 0;
    });
  }

  Abi.leyden_logits_fn logits(Consumer<float[]> take) {
    return keep((first, n, vocab, logits, data) -> guarded(() -> {
      for (long row = 0; row < n; ++row) {
        take.accept(logits.getFloatArray(row * vocab * Float.BYTES, (int) vocab));
      }
    }) ? Abi.LEYDEN_OK : Abi.LEYDEN_E_CANCELLED);
  }

  /** Comes on the caller's thread. null: nobody is asked. */
  Abi.leyden_approve_fn approve(Function<Leyden.Approval, Leyden.Approve> user) {
    return user == null ? null : keep((approval, answer, data) -> {
      Leyden.Approve[] said = {Leyden.Approve.deny("")};
      guarded(() -> said[0] = user.apply(approvalOf(new Abi.leyden_approval(approval))));
      byte[] why = Calls.utf8(said[0].why());
      Calls.Lib.C.leyden_approval_deny_reason(answer, why, Calls.size(why));
      return said[0].scope();
    });
  }

  private static Leyden.Approval approvalOf(Abi.leyden_approval a) {
    return new Leyden.Approval(Calls.terminated(a.name), Calls.terminated(a.origin),
        Calls.terminated(a.description), Calls.string(a.arguments, a.arguments_size), a.flags, a.once_only != 0,
        a.shares_library != 0, Calls.string(a.library_text, a.library_text_size), Calls.string(a.hosts, a.hosts_size));
  }

  private static Leyden.Event eventOf(Abi.leyden_event e) {
    String text = Calls.string(e.text, e.text_size);
    String name = Calls.string(e.name, e.name_size);
    if (e.progress == null) {
      return new Leyden.Event(e.kind, text, name, 0, 0, -1);
    }
    Abi.leyden_progress p = new Abi.leyden_progress(e.progress);
    return new Leyden.Event(e.kind, text, name, p.done, p.total, p.eta_s);
  }

  @Override
  public void close() {
    if (own != null) {
      own.close();
    }
    kept.clear();
  }
}
