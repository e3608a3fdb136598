if(TARGET domainconnect)
	fuzz_target(domainconnect USES domainconnect)
endif()
