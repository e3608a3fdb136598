if(TARGET dmarcrec)
	fuzz_target(dmarcrec USES dmarcrec)
endif()
