"""Programs that run as jobs beside backing services. They import nothing of shoal, so they run anywhere."""
