if(TARGET json)
	fuzz_target(json USES json)
endif()
