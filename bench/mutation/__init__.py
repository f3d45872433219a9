"""The mistakes that `bench mutants` plants."""
