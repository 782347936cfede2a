"""Output of instances: one file each, written by the processes themselves, so nothing is lost when shoal dies."""
