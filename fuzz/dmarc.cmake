if(TARGET dmarc AND TARGET xml)
	fuzz_target(dmarc USES dmarc xml)
endif()
