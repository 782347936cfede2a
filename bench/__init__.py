"""One command per claim of docs/benchmarks.md. Run them with scripts/bench, or one with `python -m bench.NAME`."""
