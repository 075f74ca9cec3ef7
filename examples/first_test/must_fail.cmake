# SPDX-License-Identifier: BSD-2-Clause
# Runs PROGRAM: it has to fail (and not crash), and what it prints has to name the missing sync, and the mapping's call
# site with function and line as they are in SOURCE.
execute_process(COMMAND ${PROGRAM} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output
	TIMEOUT 60)
message("${output}")
if(NOT result EQUAL 1)
	message(FATAL_ERROR "the program ended with \"${result}\"; one failed test, 1, was expected")
endif()

# The number of the first line of SOURCE that has this text.
function(line_of text var)
	file(READ ${SOURCE} source)
	string(FIND "${source}" "${text}" at)
	if(at EQUAL -1)
		message(FATAL_ERROR "${SOURCE} does not contain \"${text}\"")
	endif()
	string(SUBSTRING "${source}" 0 ${at} before)
	string(REGEX REPLACE "[^\n]" "" newlines "${before}")
	string(LENGTH "${newlines}" number)
	math(EXPR number "${number} + 1")
	set(${var} ${number} PARENT_SCOPE)
endfunction()

line_of("armdma_dma_map_single(" map_line)
line_of("assert_true(armdma_cpu_sees" here_line)
foreach(wanted
		"stale-cpu"
		"dma_sync_single_for_cpu"
		"mapped: +rx_driver_reads_what_the_device_wrote at [^\n]*first_test.c:${map_line}\n"
		"here: +rx_driver_reads_what_the_device_wrote at [^\n]*first_test.c:${here_line}\n"
		"\\[  FAILED  \\] 1 test\\(s\\)")
	if(NOT output MATCHES "${wanted}")
		message(FATAL_ERROR "the output does not match \"${wanted}\"")
	endif()
endforeach()
