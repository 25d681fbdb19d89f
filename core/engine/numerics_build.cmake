# Writes OUT, a header with a hash over FILES and COMPILER; leaves it alone when nothing changed.
set(all "${COMPILER}")
foreach(file IN LISTS FILES)
  file(SHA256 ${file} hash)
  string(APPEND all " ${hash}")
endforeach()
string(SHA256 build "${all}")
string(SUBSTRING ${build} 0 12 build)
file(CONFIGURE OUTPUT ${OUT} CONTENT "#pragma once\n#define LEYDEN_NUMERICS_BUILD \"${build}\"\n")
