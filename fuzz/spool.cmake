if(TARGET spool)
	fuzz_target(spool USES spool os)
endif()
