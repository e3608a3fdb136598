if(TARGET dnswire)
	fuzz_target(dnswire USES dnswire seal)
endif()
