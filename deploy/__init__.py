"""Setting up: the environment, the locks, the models that are built once, and the doctor."""
