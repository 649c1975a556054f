"""Excel in and out: templates, dry runs, fixes in place, batches that can be undone, exports."""
