if(TARGET netaddr AND TARGET dnsname)
	fuzz_target(names USES netaddr dnsname)
endif()
