// SPDX-License-Identifier: Apache-2.0
// Whether a kernel and the lab's module keep the rules of VFIO migration v2, and those of the proposed deadline. Runs in the lab's guest.
// Prints "ok NAME" or "FAILED NAME: why" for each test, and ends with 1 if one failed.
#include "lab.h"

const char *current = "";
int failures, passed, failed;

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    open_devices();
    run_feature_tests();
    run_arc_tests();
    run_stream_tests();
    run_deadline_tests();
    printf("%d passed, %d failed\n", passed, failed);
    return failed || !passed;
}
