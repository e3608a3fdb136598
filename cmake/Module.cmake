# module(NAME USES other... LIBS imported... SOURCES file...)
#
# One room of the house: a static library of the files in its directory. USES
# names the rooms it includes (always on a lower floor), LIBS the libraries it
# wraps, which stay its secret.
function(module name)
	cmake_parse_arguments(ROOM "" "" "USES;LIBS;SOURCES" ${ARGN})
	add_library(${name} STATIC ${ROOM_SOURCES})
	target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR}/src
		${CMAKE_BINARY_DIR}/generated)
	target_link_libraries(${name} PUBLIC ${ROOM_USES} PRIVATE ${ROOM_LIBS})
endfunction()

# embedded_sql(OUT SYMBOL file...): SQL files as a C source OUT for a room's
# SOURCES; see src/db/embed.py for what is in it.
function(embedded_sql out symbol)
	set(path ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.c)
	list(TRANSFORM ARGN PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
	add_custom_command(OUTPUT ${path}
		COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/src/db/embed.py
			${path} ${symbol} ${ARGN}
		DEPENDS ${ARGN} ${CMAKE_SOURCE_DIR}/src/db/embed.py
		VERBATIM)
	set(${out} ${path} PARENT_SCOPE)
endfunction()

# unit_tests(ROOM): every tests/unit/ROOM/test_*.c is one cmocka program,
# linked with that room and with the other C files of the directory, which
# the tests share. Extra rooms may follow.
function(unit_tests room)
	file(GLOB sources CONFIGURE_DEPENDS
		${CMAKE_SOURCE_DIR}/tests/unit/${room}/test_*.c)
	file(GLOB shared CONFIGURE_DEPENDS
		${CMAKE_SOURCE_DIR}/tests/unit/${room}/*.c)
	list(FILTER shared EXCLUDE REGEX "/test_[^/]*$")
	foreach(source IN LISTS sources)
		cmake_path(GET source STEM test)
		set(target unit_${room}_${test})
		add_executable(${target} ${source} ${shared})
		target_link_libraries(${target} PRIVATE ${room} ${ARGN}
			PkgConfig::CMOCKA)
		target_compile_definitions(${target} PRIVATE
			SOURCE_DIR="${CMAKE_SOURCE_DIR}")
		add_test(NAME ${target} COMMAND ${target})
		set_tests_properties(${target} PROPERTIES LABELS unit)
	endforeach()
endfunction()

# fuzz_target(NAME USES room...): fuzz/fuzz_NAME.c with its seeds in
# fuzz/corpus/NAME. With WAXSEAL_FUZZ it is a libFuzzer program; otherwise a
# replay of the seeds that runs as an ordinary test.
function(fuzz_target name)
	cmake_parse_arguments(FUZZ "" "" "USES" ${ARGN})
	set(target fuzz_${name})
	if(WAXSEAL_FUZZ)
		add_executable(${target} fuzz_${name}.c)
		target_link_options(${target} PRIVATE -fsanitize=fuzzer)
	else()
		add_executable(${target} fuzz_${name}.c replay.c)
		add_test(NAME ${target} COMMAND ${target}
			${CMAKE_SOURCE_DIR}/fuzz/corpus/${name})
		set_tests_properties(${target} PROPERTIES LABELS fuzz)
	endif()
	target_compile_options(${target} PRIVATE -Wno-missing-prototypes)
	target_link_libraries(${target} PRIVATE ${FUZZ_USES})
endfunction()
