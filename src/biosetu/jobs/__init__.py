"""One function per use case; the doors (command line, web) call only these."""
