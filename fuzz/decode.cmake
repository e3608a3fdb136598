if(TARGET decode)
	fuzz_target(decode USES decode)
	target_compile_options(fuzz_decode PRIVATE -Wno-unused-parameter)
endif()
