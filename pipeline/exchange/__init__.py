"""The archive as one file: a backup that is made, looked through and put back."""
