if(TARGET dane)
	fuzz_target(dane USES dane)
endif()
