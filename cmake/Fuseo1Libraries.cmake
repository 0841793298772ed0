# fuseo1_library(NAME SOURCES ... [DEPENDS folders] [PACKAGES targets] [TESTS files])
# One static library fuseo1_NAME per folder and, with TESTS, one program test_NAME whose cases ctest runs.
add_library(fuseo1_flags INTERFACE)
target_compile_options(fuseo1_flags INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wold-style-cast -Wnon-virtual-dtor -Wimplicit-fallthrough
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>  # false alarms on "text" + string: GCC bug 105651
  -ffp-contract=off $<$<BOOL:${FUSEO1_WERROR}>:-Werror>)
target_include_directories(fuseo1_flags INTERFACE ${PROJECT_SOURCE_DIR}/src)

function(fuseo1_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PACKAGES;TESTS" ${ARGN})
  list(TRANSFORM ARG_DEPENDS PREPEND fuseo1_)
  if(ARG_SOURCES)
    add_library(fuseo1_${name} STATIC ${ARG_SOURCES})
    target_link_libraries(fuseo1_${name} PUBLIC fuseo1_flags ${ARG_DEPENDS} ${ARG_PACKAGES} Threads::Threads)
  else()
    add_library(fuseo1_${name} INTERFACE)
    target_link_libraries(fuseo1_${name} INTERFACE fuseo1_flags ${ARG_DEPENDS} ${ARG_PACKAGES})
  endif()
  if(FUSEO1_TESTS AND ARG_TESTS)
    fuseo1_test(test_${name} SOURCES ${ARG_TESTS} DEPENDS ${name})
  endif()
endfunction()

# fuseo1_test(PROGRAM SOURCES ... DEPENDS folders): a GoogleTest program; every case is a ctest test.
function(fuseo1_test program)
  cmake_parse_arguments(ARG "SERIAL" "TIMEOUT" "SOURCES;DEPENDS;PACKAGES" ${ARGN})
  list(TRANSFORM ARG_DEPENDS PREPEND fuseo1_)
  set(serial FALSE)
  if(ARG_SERIAL)  # what it counts belongs to the whole machine
    set(serial TRUE)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${program} ${ARG_SOURCES})
  target_link_libraries(${program} PRIVATE ${ARG_DEPENDS} ${ARG_PACKAGES} GTest::gtest_main)
  target_compile_options(${program} PRIVATE -O1)  # half the time of -O3, and tests are many
  target_compile_definitions(${program} PRIVATE FUSEO1_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
    FUSEO1_BINARY_DIR="${PROJECT_BINARY_DIR}")
  gtest_discover_tests(${program} DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT ${ARG_TIMEOUT} RUN_SERIAL ${serial})
endfunction()

# fuseo1_isa_objects(TARGET ENTRY SOURCES ...): compile the same sources once per instruction set and add
# the results to TARGET. The objects of one set are linked into one, in which every symbol but the function
# ENTRY_<isa> is local: an inline function compiled for AVX-512 can never be chosen for an older machine.
set(FUSEO1_ISA_FLAGS_baseline "")
set(FUSEO1_ISA_FLAGS_avx2 -mavx2 -mfma -mf16c -mbmi2)
set(FUSEO1_ISA_FLAGS_avx512 -mavx512f -mavx512bw -mavx512vl -mavx512dq -mfma -mf16c -mbmi2 -mprefer-vector-width=512)
function(fuseo1_isa_objects target entry)
  cmake_parse_arguments(ARG "" "" "SOURCES" ${ARGN})
  foreach(isa baseline avx2 avx512)
    set(objects ${target}_${isa})
    add_library(${objects} OBJECT ${ARG_SOURCES})
    target_link_libraries(${objects} PRIVATE fuseo1_flags)
    # Nobody looks at the flags of floating point, nor at errno after sqrt: without them GCC makes vectors of
    # loops with conditions. Neither option changes a result.
    target_compile_options(${objects} PRIVATE -O3 -fno-trapping-math -fno-math-errno ${FUSEO1_ISA_FLAGS_${isa}}
      $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)  # a "unique" symbol could not be made local
    target_compile_definitions(${objects} PRIVATE FUSEO1_ISA=${isa})
    set(merged ${CMAKE_CURRENT_BINARY_DIR}/${objects}.o)
    add_custom_command(OUTPUT ${merged}
      COMMAND ${CMAKE_LINKER} -r --force-group-allocation -o ${merged}.all $<TARGET_OBJECTS:${objects}>
      COMMAND ${CMAKE_OBJCOPY} --keep-global-symbol=${entry}_${isa} ${merged}.all ${merged}
      DEPENDS ${objects} $<TARGET_OBJECTS:${objects}> COMMAND_EXPAND_LISTS VERBATIM)
    target_sources(${target} PRIVATE ${merged})
    set_source_files_properties(${merged} PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
  endforeach()
endfunction()
