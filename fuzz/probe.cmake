if(TARGET probe)
	fuzz_target(probe_http USES probe)
	fuzz_target(probe_reply USES probe)
endif()
