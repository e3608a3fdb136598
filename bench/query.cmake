# A store of ten million rows, and questions to it with a clock; run-query.
add_executable(query_bulk query_bulk.c query_shape.c)
target_link_libraries(query_bulk PRIVATE store m)
add_executable(query_run query_run.c)
target_link_libraries(query_run PRIVATE insight store)
