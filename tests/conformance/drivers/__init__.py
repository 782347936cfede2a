"""What every driver must do, written once and run for each."""
