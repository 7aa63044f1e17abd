# Writes templates.c: each file of templates/ as a NUL-terminated byte array, found by name.
file(GLOB files RELATIVE "${DIR}" "${DIR}/*")
list(SORT files)
set(arrays "")
set(table "")
set(n 0)
foreach(file ${files})
  file(READ "${DIR}/${file}" hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(APPEND arrays "static const unsigned char template_${n}[] = { ${bytes} 0 };\n")
  string(APPEND table "\t{ \"${file}\", (const char *)template_${n} },\n")
  math(EXPR n "${n} + 1")
endforeach()
file(WRITE "${OUT}" "/* Made from templates/ at build time. */
#include \"plan/template.h\"

${arrays}
const struct template templates[] = {
${table}\t{ NULL, NULL },
};
")
