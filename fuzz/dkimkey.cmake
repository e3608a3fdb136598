if(TARGET dkimkey)
	fuzz_target(dkimkey USES dkimkey)
endif()
