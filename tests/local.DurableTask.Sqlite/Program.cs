// The test assembly is also the process that the crash test kills.
return 1;
