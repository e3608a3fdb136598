if(TARGET spf)
	fuzz_target(spf USES spf)
endif()
