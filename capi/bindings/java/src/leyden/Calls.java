// SPDX-License-Identifier: Apache-2.0
package leyden;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/** Between Java and the C calls: the library, errors, texts and lists. */
final class Calls {
  private Calls() {}

  interface Call {
    int run(PointerByReference error);
  }

  interface OutCall {
    int run(PointerByReference out, PointerByReference error);
  }

  interface NumberCall {
    int run(Pointer out, PointerByReference error);
  }

  /** The library: found by JNA (jna.library.path), loaded when first used. */
  static final class Lib {
    static final Abi C = load();

    private Lib() {}

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

  private static Leyden.LeydenException taken(Abi c, int status, PointerByReference error) {
    String message = terminated(c.leyden_error_message(error.getValue(), null));
    c.leyden_error_destroy(error.getValue());
    return new Leyden.LeydenException(status, terminated(c.leyden_status_name(status)), message);
  }

  static void check(Call call) {
    PointerByReference error = new PointerByReference();
    int status = call.run(error);
    if (status != 0) {
      throw taken(Lib.C, status, error);
    }
  }

  /** Null for an empty text, which means the default wherever there is one. */
  static byte[] utf8(String text) {
    return text == null || text.isEmpty() ? null : text.getBytes(StandardCharsets.UTF_8);
  }

  static long size(byte[] utf8) {
    return utf8 == null ? 0 : utf8.length;
  }

  /** A text for a pointer field of a struct; null for an empty one. */
  static Memory memory(byte[] utf8) {
    if (utf8 == null) {
      return null;
    }
    Memory out = new Memory(utf8.length);
    out.write(0, utf8, 0, utf8.length);
    return out;
  }

  /** Numbers for a pointer field of a struct; null for none. */
  static Memory memory(int[] numbers) {
    Memory out = numbers.length == 0 ? null : new Memory(4L * numbers.length);
    if (out != null) {
      out.write(0, numbers, 0, numbers.length);
    }
    return out;
  }

  static Memory memory(long[] numbers) {
    Memory out = numbers.length == 0 ? null : new Memory(8L * numbers.length);
    if (out != null) {
      out.write(0, numbers, 0, numbers.length);
    }
    return out;
  }

  /** A text that C lends. */
  static String string(Pointer data, long size) {
    return data == null || size == 0 ? ""
        : new String(data.getByteArray(0, (int) size), StandardCharsets.UTF_8);
  }

  /** The same for one that ends with a NUL. */
  static String terminated(Pointer text) {
    return text == null ? "" : text.getString(0, "UTF-8");
  }

  static Pointer handle(OutCall call) {
    PointerByReference out = new PointerByReference();
    check(error -> call.run(out, error));
    return out.getValue();
  }

  /** An int64_t or size_t. */
  static long number(NumberCall call) {
    Memory out = new Memory(Long.BYTES);
    check(error -> call.run(out, error));
    return out.getLong(0);
  }

  static byte[] bytes(OutCall call) {
    Pointer owned = handle(call);
    try {
      return Lib.C.leyden_string_data(owned).getByteArray(0, (int) Lib.C.leyden_string_size(owned));
    } finally {
      Lib.C.leyden_string_destroy(owned);
    }
  }

  static String text(OutCall call) {
    return new String(bytes(call), StandardCharsets.UTF_8);
  }

  static int[] ids(OutCall call) {
    Pointer owned = handle(call);
    try {
      return ids(Lib.C.leyden_ids_data(owned), Lib.C.leyden_ids_size(owned));
    } finally {
      Lib.C.leyden_ids_destroy(owned);
    }
  }

  /** A copy of ids that C lends. */
  static int[] ids(Pointer data, long size) {
    return data == null ? new int[0] : data.getIntArray(0, (int) size);
  }

  /** The options of a long run in C's terms, for the call. */
  static <T> T watched(Leyden.RunOptions run, Function<Abi.leyden_run_options, T> call) {
    Leyden.RunOptions given = run == null ? new Leyden.RunOptions() : run;
    try (Watch watch = new Watch(given.cancel)) {
      Abi.leyden_run_options options = new Abi.leyden_run_options();
      options.on_progress = watch.progress(given.onProgress);
      options.cancel = watch.cancel;
      return watch.run(() -> call.apply(options));
    }
  }
}
