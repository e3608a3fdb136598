if(TARGET inflate)
	fuzz_target(inflate USES inflate)
endif()
