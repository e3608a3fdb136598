if(TARGET dkimsig)
	fuzz_target(dkimsig USES dkimsig)
endif()
