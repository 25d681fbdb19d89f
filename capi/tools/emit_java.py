# SPDX-License-Identifier: Apache-2.0
"""capi/bindings/java/src/leyden/Abi.java: declarations for JNA, 64 bit."""

SCALARS = {"int32_t": "int", "uint32_t": "int", "int64_t": "long", "uint64_t": "long",
           "uint8_t": "byte", "size_t": "long", "float": "float", "double": "double", "void": "void"}
KEYWORDS = {"default", "package", "final", "native", "interface", "switch"}


def name_of(name):
    return name + "_" if name in KEYWORDS else name


def type_of(c_type, kinds, field=False):
    base = c_type.replace("const ", "")
    stars, base = base.count("*"), base.rstrip("*")
    kind = kinds.get(base)
    if stars == 0:
        return SCALARS.get(base) or ("int" if kind == "enum" else base)
    if stars == 2:
        return "PointerByReference"
    if base == "char" and not field:
        return "byte[]"
    if base == "int32_t" and not field and c_type.startswith("const"):
        return "int[]"
    if kind == "struct" and not field:
        return base
    return "Pointer"


def arguments(item, kinds, field=False):
    return ", ".join(f"{type_of(p['type'], kinds, field)} {name_of(p['name'])}" for p in item["params"])


def declarations(description):
    items = [i for s in description["sections"] for i in s["items"]]
    kinds = {i["name"]: i["kind"] for i in items}
    out = ["// SPDX-License-Identifier: Apache-2.0",
           "// Declarations of leyden.h for JNA. Made by capi/tools/api.py; do not edit.",
           "package leyden;", "", "import com.sun.jna.Callback;", "import com.sun.jna.Library;",
           "import com.sun.jna.Pointer;", "import com.sun.jna.Structure;",
           "import com.sun.jna.Structure.FieldOrder;", "import com.sun.jna.ptr.PointerByReference;", "",
           "interface Abi extends Library {",
           f"  int LEYDEN_UNSTABLE_REVISION = {description['unstable_revision']};"]
    for item in items:
        if item["kind"] == "enum":
            out += [f"  int {v['name']} = {v['value']};" for v in item["values"]]
        elif item["kind"] == "struct":
            order = ", ".join(f"\"{name_of(f['name'])}\"" for f in item["fields"])
            out += ["", f"  @FieldOrder({{{order}}})", f"  class {item['name']} extends Structure {{"]
            for f in item["fields"]:
                java = type_of(f["type"], kinds, field=True)
                array = f"[] {name_of(f['name'])} = new {java}[{f['count']}]" if "count" in f else \
                    f" {name_of(f['name'])}"
                out.append(f"    public {java}{array};")
            sized = item["fields"][0]["name"] == "struct_size"
            out += [f"    public {item['name']}() {{",
                    *(["      struct_size = size();"] if sized else []), "    }",
                    f"    public {item['name']}(Pointer p) {{", "      super(p);", "      read();", "    }",
                    "  }"]
        elif item["kind"] == "callback":
            out += ["", f"  interface {item['name']} extends Callback {{",
                    f"    {type_of(item['returns'], kinds, True)} invoke({arguments(item, kinds, True)});",
                    "  }"]
        elif item["kind"] == "function":
            out.append(f"  {type_of(item['returns'], kinds, True)} {item['name']}"
                       f"({arguments(item, kinds)});")
    return "\n".join(out + ["}"]) + "\n"
